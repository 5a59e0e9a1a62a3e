import {
    BlobServiceClient,
    type BlockBlobClient,
    generateBlobSASQueryParameters,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, AccountOptions, BuiltInRole, Simulator } from "../../simulator";
import { letters, outcome } from "./support/copies";
import { bearerClient, FABRIKAM, secretCredential, sendSecure, simulateIdentity, trusting } from "./support/identity";
import { elementText, type RawAnswer } from "./support/raw";

let simulator: Simulator;
let golden: AccountHandle;
let dev: AccountHandle;
let other: AccountHandle;

beforeAll(async () => {
    ({ simulator, golden, dev, other } = await simulateIdentity());
});

afterAll(() => simulator.close());

interface Caller {
    readonly token: string;
    readonly client: (account: AccountHandle, blob: string) => BlockBlobClient;
}

/** A principal with roles by account. */
function caller(roles: Record<string, BuiltInRole | readonly string[]>, tenantId?: string): Caller {
    const principal = simulator.entra.addServicePrincipal({ tenantId });
    for (const [account, role] of Object.entries(roles)) {
        simulator.account(account).assignRole(principal, role);
    }
    const credential = secretCredential(simulator, principal);
    return {
        token: simulator.entra.tokens.issue(principal, "https://storage.azure.com", "secret").token,
        client: (account, blob) =>
            bearerClient(simulator, account, credential).getContainerClient("images").getBlockBlobClient(blob),
    };
}

/** A request with a bearer token to `/dev/images/copied`. */
function put(token: string, headers: Record<string, string>, query = ""): Promise<RawAnswer> {
    return sendSecure(simulator, `${dev.blobEndpoint}/images/copied${query}`, "PUT", {
        authorization: `Bearer ${token}`,
        "x-ms-version": "2025-01-05",
        "content-length": "0",
        ...headers,
    });
}

const CONTRIBUTOR = "Storage Blob Data Contributor";
const READER = "Storage Blob Data Reader";
const source = () => `${golden.blobEndpoint}/images/a`;
const block = Buffer.from("1").toString("base64");

describe("Copy Blob with a bearer token", () => {
    test("reads the source in the same account by the caller's roles", async () => {
        const { client } = caller({ golden: CONTRIBUTOR });
        const poller = await client(golden, "copied").beginCopyFromURL(source());
        expect((await poller.pollUntilDone()).copyStatus).toBe("success");
        const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
        const writer = caller({ golden: [`${blobs}/write`] });
        const refused = writer.client(golden, "copied").beginCopyFromURL(source());
        await expect(refused).rejects.toMatchObject({ statusCode: 403, code: "CannotVerifyCopySource" });
    });

    test("doesn't read a source in another account, not even with a token for it", async () => {
        const { token, client } = caller({ golden: READER, dev: CONTRIBUTOR });
        await expect(client(dev, "copied").beginCopyFromURL(source())).rejects.toMatchObject({
            code: "CannotVerifyCopySource",
        });
        const headers = { "x-ms-copy-source": source(), "x-ms-copy-source-authorization": `Bearer ${token}` };
        expect((await put(token, headers)).headers["x-ms-error-code"]).toBe("CannotVerifyCopySource");
    });

    test("reads one in another account with a user delegation SAS", async () => {
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, READER);
        dev.assignRole(principal, CONTRIBUTOR);
        const credential = secretCredential(simulator, principal);
        const expiresOn = new Date(Date.now() + 3600_000);
        const startsOn = new Date(Date.now() - 15 * 60_000);
        const key = await bearerClient(simulator, golden, credential).getUserDelegationKey(startsOn, expiresOn);
        const values = { containerName: "images", blobName: "a", permissions: letters("r"), expiresOn };
        const sas = generateBlobSASQueryParameters(values, key, "golden");
        const blob = bearerClient(simulator, dev, credential).getContainerClient("images").getBlobClient("copied");
        const poller = await blob.beginCopyFromURL(`${source()}?${sas}`, { intervalInMs: 10 });
        expect((await poller.pollUntilDone()).copyStatus).toBe("success");
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
    });
});

describe("x-ms-copy-source-authorization", () => {
    let both: Caller;
    beforeEach(() => {
        both = caller({ golden: READER, dev: CONTRIBUTOR });
    });
    const authorized = ({ token }: Caller) => ({ sourceAuthorization: { scheme: "Bearer", value: token } });

    test("lets every From-URL operation read, by the SDK", async () => {
        const blob = both.client(dev, "from-url");
        await blob.syncUploadFromURL(source(), authorized(both));
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
        await blob.syncCopyFromURL(source(), authorized(both));
        await blob.stageBlockFromURL(block, source(), 0, 5, authorized(both));
        await blob.commitBlockList([block]);
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
        const container = bearerClient(simulator, dev, {
            getToken: async () => ({ token: both.token, expiresOnTimestamp: Date.now() + 60_000 }),
        }).getContainerClient("images");
        const append = container.getAppendBlobClient("appended");
        await append.create();
        await append.appendBlockFromURL(source(), 0, 5, authorized(both));
        expect((await append.downloadToBuffer()).toString()).toBe("hello");
        golden.putBlob("images", "pages", Buffer.alloc(512, 1), { blobType: "PageBlob" });
        const pages = container.getPageBlobClient("pages");
        await pages.create(512);
        await pages.uploadPagesFromURL(`${golden.blobEndpoint}/images/pages`, 0, 0, 512, authorized(both));
        expect(await pages.downloadToBuffer()).toEqual(Buffer.alloc(512, 1));
    });

    test("is needed within one account too", async () => {
        const { client, token } = caller({ dev: CONTRIBUTOR });
        const own = `${dev.blobEndpoint}/images/a`;
        await expect(client(dev, "copied").syncUploadFromURL(own)).rejects.toMatchObject({
            code: "CannotVerifyCopySource",
        });
        await client(dev, "copied").syncUploadFromURL(own, { sourceAuthorization: { scheme: "Bearer", value: token } });
    });

    const from = (authorization: string, headers = {}) =>
        put(both.token, {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-copy-source": source(),
            "x-ms-copy-source-authorization": authorization,
            ...headers,
        });

    test("is refused as a request to the source would be", async () => {
        const writer = caller({ dev: CONTRIBUTOR });
        const lacking = await from(`Bearer ${writer.token}`);
        expect(outcome(lacking)).toEqual([403, "CannotVerifyCopySource"]);
        expect(lacking.headers["x-ms-copy-source-error-code"]).toBe("AuthorizationPermissionMismatch");
        const stranger = caller({ other: READER }, FABRIKAM);
        const foreign = await from(`Bearer ${stranger.token}`);
        expect(outcome(foreign)).toEqual([401, "CannotVerifyCopySource"]);
        expect(elementText(foreign, "CopySourceErrorCode")).toBe("InvalidAuthenticationInfo");
        expect(foreign.headers["www-authenticate"]).toBeUndefined();
        const http = source().replace("https:", "http:");
        const insecure = await from(`Bearer ${both.token}`, { "x-ms-copy-source": http });
        expect(insecure.headers["x-ms-copy-source-error-code"]).toBe("AuthenticationFailed");
        const old = await from(`Bearer ${both.token}`, { "x-ms-version": "2020-08-04" });
        expect(outcome(old)[1]).toBe("CannotVerifyCopySource");
    });

    // Azure/azure-sdk-for-net, SyncUploadFromUriAsync_SourceBearerTokenFail
    test("that isn't well formed is refused as the service was recorded to", async () => {
        const answer = await from("Bearer auth token", { "x-ms-version": "2020-10-02" });
        expect(outcome(answer)).toEqual([400, "CannotVerifyCopySource"]);
        expect(elementText(answer, "Message")).toContain(
            "Authentication information is not given in the correct format. Check the value of Authorization header.",
        );
    });

    // As pasted into a comment of Azure/azure-storage-azcopy.
    test("that has expired is refused as the service was recorded to", async () => {
        const expired = simulator.entra.tokens.sign({
            aud: "https://storage.azure.com",
            iss: `https://sts.windows.net/${golden.tenantId}/`,
            nbf: 1,
            exp: 2,
        });
        const answer = await from(`Bearer ${expired}`);
        expect(outcome(answer)).toEqual([401, "CannotVerifyCopySource"]);
        expect(answer.headers).toMatchObject({
            "x-ms-copy-source-error-code": "InvalidAuthenticationInfo",
            "x-ms-copy-source-status-code": "401",
        });
        expect(elementText(answer, "CopySourceErrorMessage")).toBe(
            "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
        );
    });

    test("to a source's tags takes permission on them", async () => {
        const headers = { "x-ms-copy-source-tag-option": "COPY" };
        const refused = await from(`Bearer ${both.token}`, headers);
        expect(outcome(refused)).toEqual([403, "AuthorizationPermissionMismatch"]);
        const owner = caller({ dev: "Storage Blob Data Owner", golden: READER });
        const options = { ...authorized(owner), copySourceTags: "COPY" as const };
        const blob = owner.client(dev, "tagged");
        await expect(blob.syncUploadFromURL(source(), options)).rejects.toMatchObject({
            code: "CannotVerifyCopySource",
        });
        const owners = caller({ dev: "Storage Blob Data Owner", golden: "Storage Blob Data Owner" });
        await owners.client(dev, "tagged").syncUploadFromURL(source(), { ...options, ...authorized(owners) });
        expect((await owners.client(dev, "tagged").getTags()).tags).toEqual({ env: "dev" });
    });

    test("may be of another tenant than the request's own", async () => {
        const reader = caller({ other: READER }, FABRIKAM);
        const { client } = caller({ dev: CONTRIBUTOR });
        const blob = client(dev, "across-tenants");
        await blob.syncUploadFromURL(`${other.blobEndpoint}/images/a`, authorized(reader));
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
    });

    test("to a source outside is refused: it would get the token", async () => {
        const answer = await from(`Bearer ${both.token}`, { "x-ms-copy-source": "https://example.com/a" });
        expect(outcome(answer)).toEqual([401, "CannotVerifyCopySource"]);
    });
});

describe("an account's allowed copy scope", () => {
    async function attempt(destination: Partial<AccountOptions>, from: Partial<AccountOptions>, sourceUrl?: string) {
        const accounts = [{ name: "golden", ...from }, { name: "dev", ...destination }, { name: "other" }];
        const { simulator, golden, dev } = await simulateIdentity({ accounts });
        const service = (account: AccountHandle) =>
            new BlobServiceClient(account.blobEndpoint, new StorageSharedKeyCredential(account.name, account.key), {
                retryOptions: { maxTries: 1 },
                ...(trusting(simulator) as object),
            });
        const container = (account: AccountHandle) => service(account).getContainerClient("images");
        const expiresOn = new Date(Date.now() + 3600_000);
        const url =
            sourceUrl ??
            (await container(golden)
                .getBlobClient("a")
                .generateSasUrl({ permissions: letters("r"), expiresOn }));
        const blob = container(dev).getBlockBlobClient("copied");
        const copies: (() => Promise<unknown>)[] = [
            () => blob.beginCopyFromURL(url),
            () => blob.syncCopyFromURL(url),
            () => blob.syncUploadFromURL(url),
            () => blob.stageBlockFromURL(block, url, 0, 5),
        ];
        const outcomes: string[] = [];
        for (const copy of copies) {
            outcomes.push(
                await copy().then(
                    () => "copied",
                    (error) => `${error.statusCode} ${error.code}`,
                ),
            );
        }
        await simulator.close();
        return new Set(outcomes);
    }

    const copied = new Set(["copied"]);
    const refused = new Set(["403 AuthorizationFailure"]);

    test("AAD takes copies from accounts of the same tenant only", async () => {
        const scope = { allowedCopyScope: "AAD" } as const;
        expect(await attempt(scope, {})).toEqual(copied);
        expect(await attempt(scope, { tenantId: FABRIKAM })).toEqual(refused);
        expect(await attempt({ ...scope, tenantId: FABRIKAM }, { tenantId: FABRIKAM })).toEqual(copied);
        expect(await attempt(scope, {}, "https://example.com/a")).toEqual(refused);
    });

    test("PrivateLink takes copies from accounts in the same virtual network only", async () => {
        const scope = { allowedCopyScope: "PrivateLink", privateEndpoints: ["hub", "spoke"] } as const;
        expect(await attempt(scope, { privateEndpoints: ["spoke"] })).toEqual(copied);
        expect(await attempt(scope, { privateEndpoints: ["elsewhere"] })).toEqual(refused);
        expect(await attempt(scope, {})).toEqual(refused);
    });

    test("says nothing of copies within the account, nor of the source's own scope", async () => {
        expect(await attempt({}, { allowedCopyScope: "AAD", tenantId: FABRIKAM })).toEqual(copied);
        const { simulator, golden } = await simulateIdentity({
            accounts: [{ name: "golden", allowedCopyScope: "PrivateLink" }, { name: "dev" }, { name: "other" }],
        });
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, CONTRIBUTOR);
        const container = bearerClient(simulator, golden, secretCredential(simulator, principal)).getContainerClient(
            "images",
        );
        await container.getBlobClient("copied").beginCopyFromURL(`${golden.blobEndpoint}/images/a`);
        await simulator.close();
    });
});
