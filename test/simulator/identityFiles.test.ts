import {
    FileSASPermissions,
    generateFileSASQueryParameters,
    type ShareFileClient,
    ShareServiceClient,
} from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountHandle, BuiltInRole, ManualClock, Principal, Simulator } from "../../simulator";
import { outcome } from "./support/copies";
import { fileOf } from "./support/files";
import { secretCredential, sendSecure, simulateIdentity, trusting } from "./support/identity";
import { elementText } from "./support/raw";
import { failure } from "./support/simulate";

const READER = "Storage File Data Privileged Reader";
const CONTRIBUTOR = "Storage File Data Privileged Contributor";
const DELEGATOR = "Storage File Delegator";
const FILES = "Microsoft.Storage/storageAccounts/fileServices";
const VERSION = "2026-04-06";
const MISMATCH = { status: 403, code: "AuthorizationPermissionMismatch" };

let simulator: Simulator;
let clock: ManualClock;
let golden: AccountHandle;
let dev: AccountHandle;

beforeAll(async () => {
    ({ simulator, clock, golden, dev } = await simulateIdentity());
    for (const account of [golden, dev]) {
        account.createShare("docs");
        account.createShare("other");
        account.putFile("docs", "a.txt", "hello");
        account.putFile("other", "a.txt", "other");
    }
});

afterAll(() => simulator.close());

type Roles = Record<string, BuiltInRole | readonly string[]>;

/** A principal with roles by account. */
function principalWith(roles: Roles, options = {}): Principal & { token: string; service: typeof serviceOf } {
    const principal = simulator.entra.addServicePrincipal();
    for (const [account, role] of Object.entries(roles)) {
        simulator.account(account).assignRole(principal, role, options);
    }
    const credential = secretCredential(simulator, principal);
    const { token } = simulator.entra.tokens.issue(principal, "https://storage.azure.com", "secret");
    return { ...principal, token, service: (account) => serviceOf(account, credential) };
}

function serviceOf(account: AccountHandle, credential?: ReturnType<typeof secretCredential>): ShareServiceClient {
    return new ShareServiceClient(account.fileEndpoint, credential as never, {
        retryOptions: { maxTries: 1 },
        fileRequestIntent: "backup",
        ...(trusting(simulator) as object),
    });
}

const fileIn = (service: ShareServiceClient, path = "a.txt", share = "docs"): ShareFileClient =>
    fileOf(service.getShareClient(share), path);

const at = (seconds: number) => new Date(clock.now() + seconds * 1_000);

describe("a bearer token for Azure Files", () => {
    const read = (token: string, headers: Record<string, string> = {}) =>
        sendSecure(simulator, `${golden.fileEndpoint}/docs/a.txt`, "GET", {
            authorization: `Bearer ${token}`,
            "x-ms-version": VERSION,
            ...headers,
        });
    const intent = { "x-ms-file-request-intent": "backup" };

    test("takes the intent to back up, a version that knows it, and a role", async () => {
        const { token } = principalWith({ golden: READER });
        expect((await read(token, intent)).body).toBe("hello");
        const without = await read(token);
        expect(outcome(without)).toEqual([400, "MissingRequiredHeader"]);
        expect(elementText(without, "HeaderName")).toBe("x-ms-file-request-intent");
        expect(outcome(await read(token, { "x-ms-file-request-intent": "restore" }))).toEqual([
            400,
            "InvalidHeaderValue",
        ]);
        expect(outcome(await read(token, { ...intent, "x-ms-version": "2022-11-02" }))).toEqual([200, undefined]);
        expect(outcome(await read(token, { ...intent, "x-ms-version": "2021-12-02" }))).toEqual([
            403,
            "AuthenticationFailed",
        ]);
        const { token: blobReader } = principalWith({ golden: "Storage Blob Data Owner" });
        expect(outcome(await read(blobReader, intent))).toEqual([403, "AuthorizationPermissionMismatch"]);
    });

    test("may be for the account's file service alone, not for its blobs", async () => {
        const principal = principalWith({ golden: READER });
        const token = (service: string) =>
            simulator.entra.tokens.issue(principal, `https://golden.${service}.core.windows.net`, "secret").token;
        expect((await read(token("file"), intent)).status).toBe(200);
        expect(outcome(await read(token("blob"), intent))).toEqual([401, "InvalidAuthenticationInfo"]);
    });

    test("of a reader reads, and writes nothing", async () => {
        const file = fileIn(principalWith({ golden: READER }).service(golden));
        expect((await file.downloadToBuffer()).toString()).toBe("hello");
        expect((await file.getRangeList()).rangeList).toHaveLength(1);
        expect(await failure(file.setMetadata({ a: "b" }))).toEqual(MISMATCH);
        expect(await failure(file.delete())).toEqual(MISMATCH);
    });

    test("of a contributor writes files and their permissions, and no shares", async () => {
        const service = principalWith({ golden: CONTRIBUTOR }).service(golden);
        const file = fileIn(service, "new/b.txt");
        await service.getShareClient("docs").getDirectoryClient("new").create();
        await file.create(3);
        await file.uploadRange("abc", 0, 3);
        const sddl = "O:SYG:SYD:(A;;FA;;;SY)";
        const { filePermissionKey } = await service.getShareClient("docs").createPermission(sddl);
        await file.setProperties({ filePermissionKey: filePermissionKey! });
        expect(await failure(service.getShareClient("more").create())).toEqual(MISMATCH);
        await file.delete();
    });

    test("of a writer without the right to modify permissions may not give one", async () => {
        const actions = ["fileshares/files/write", "writeFileBackupSemantics/action"].map((each) => `${FILES}/${each}`);
        const file = fileIn(principalWith({ golden: actions }).service(golden), "plain.txt");
        await file.create(1);
        expect(await failure(file.setProperties({ filePermission: "O:SYG:SYD:(A;;FA;;;SY)" }))).toEqual(MISMATCH);
        expect(await failure(file.getProperties())).toEqual(MISMATCH);
    });

    test("goes by roles in shares too, and by custom roles that lack the backup semantics not", async () => {
        const service = principalWith({ golden: READER }, { share: "docs" }).service(golden);
        expect((await fileIn(service).downloadToBuffer()).toString()).toBe("hello");
        expect(await failure(fileIn(service, "a.txt", "other").getProperties())).toEqual(MISMATCH);
        const plain = principalWith({ golden: [`${FILES}/fileshares/files/read`] }).service(golden);
        expect(await failure(fileIn(plain).getProperties())).toEqual(MISMATCH);
    });
});

describe("Copy File with a bearer token", () => {
    test("reads a file of the same account by the caller's roles, and none of another one", async () => {
        const { service } = principalWith({ dev: CONTRIBUTOR, golden: READER });
        const copy = fileIn(service(dev), "copy.txt");
        expect((await copy.startCopyFromURL(fileIn(service(dev)).url)).copyStatus).toBe("success");
        expect((await copy.downloadToBuffer()).toString()).toBe("hello");
        expect(await failure(copy.startCopyFromURL(fileIn(service(golden)).url))).toEqual({
            status: 404,
            code: "CannotVerifyCopySource",
        });
        const writer = principalWith({ dev: [`${FILES}/fileshares/files/write`, `${FILES}/write*/action`] });
        const refused = fileIn(writer.service(dev), "copy.txt").startCopyFromURL(fileIn(service(dev)).url);
        await expect(refused).rejects.toMatchObject({ statusCode: 403, code: "CannotVerifyCopySource" });
    });
});

describe("a file as source with a bearer token", () => {
    const source = () => `${golden.fileEndpoint}/docs/a.txt`;

    test("of Put Range From URL", async () => {
        const { token, service } = principalWith({ dev: CONTRIBUTOR, golden: READER });
        const file = fileIn(service(dev), "ranged.txt");
        await file.create(5);
        const sourceAuthorization = { scheme: "Bearer", value: token };
        await file.uploadRangeFromURL(source(), 0, 0, 5, { sourceAuthorization });
        expect((await file.downloadToBuffer()).toString()).toBe("hello");
        const stranger = { scheme: "Bearer", value: principalWith({ dev: CONTRIBUTOR }).token };
        await expect(
            file.uploadRangeFromURL(source(), 0, 0, 5, { sourceAuthorization: stranger }),
        ).rejects.toMatchObject({ statusCode: 403, code: "CannotVerifyCopySource" });
    });

    test("of Put Blob From URL takes the intent, and a version that passes it on", async () => {
        const { token } = principalWith({ dev: "Storage Blob Data Contributor", golden: READER });
        const put = (headers: Record<string, string>) =>
            sendSecure(simulator, `${dev.blobEndpoint}/images/copied`, "PUT", {
                authorization: `Bearer ${token}`,
                "x-ms-version": "2025-07-05",
                "content-length": "0",
                "x-ms-blob-type": "BlockBlob",
                "x-ms-copy-source": source(),
                "x-ms-copy-source-authorization": `Bearer ${token}`,
                ...headers,
            });
        const intent = { "x-ms-file-request-intent": "backup" };
        expect((await put(intent)).status).toBe(201);
        for (const headers of [{}, { ...intent, "x-ms-version": "2025-05-05" }] as Record<string, string>[]) {
            const answer = await put(headers);
            expect(outcome(answer)).toEqual([400, "CannotVerifyCopySource"]);
            expect(answer.headers["x-ms-copy-source-error-code"]).toBe("MissingRequiredHeader");
        }
    });
});

describe("a user delegation SAS of Azure Files", () => {
    async function delegated(roles: Roles, permissions = "r", path = "a.txt") {
        const key = await principalWith(roles).service(golden).getUserDelegationKey(at(-60), at(3_600));
        const values = {
            shareName: "docs",
            filePath: path,
            permissions: FileSASPermissions.parse(permissions),
            startsOn: at(-60),
            expiresOn: at(600),
        };
        return { key, sas: generateFileSASQueryParameters(values, key, "golden").toString() };
    }
    const get = (sas: string, path = "a.txt") =>
        sendSecure(simulator, `${golden.fileEndpoint}/docs/${path}?${sas}`, "GET", { "x-ms-version": VERSION });
    const read = `${FILES}/fileshares/files/read`;
    const generate = `${FILES}/generateUserDelegationKey/action`;

    test("opens its one file, by the roles of who made it", async () => {
        const { key, sas } = await delegated({ golden: [generate, read, `${FILES}/readFileBackupSemantics/action`] });
        expect(key.signedService).toBe("f");
        expect((await get(sas)).body).toBe("hello");
        expect(outcome(await get(sas, "b.txt"))).toEqual([403, "AuthenticationFailed"]);
        expect(outcome(await get(sas.replace("sp=r", "sp=rw")))).toEqual([403, "AuthenticationFailed"]);
        for (const role of [DELEGATOR, [generate, read]] as const) {
            const { sas: powerless } = await delegated({ golden: role });
            expect(outcome(await get(powerless))).toEqual([403, "AuthorizationPermissionMismatch"]);
        }
    });

    test("is the source of Copy File across accounts", async () => {
        const { sas } = await delegated({ golden: [`${FILES}/*`] });
        const copy = fileIn(principalWith({ dev: CONTRIBUTOR }).service(dev), "delegated.txt");
        await copy.startCopyFromURL(`${golden.fileEndpoint}/docs/a.txt?${sas}`);
        expect((await copy.downloadToBuffer()).toString()).toBe("hello");
    });

    test("takes a role to delegate, which readers and contributors of files have not, and a version that knows it", async () => {
        for (const role of [READER, CONTRIBUTOR, "Storage Blob Delegator"] as const) {
            expect(await failure(delegated({ golden: role }))).toEqual(MISMATCH);
        }
        const old = await sendSecure(
            simulator,
            `${golden.fileEndpoint}/?restype=service&comp=userdelegationkey`,
            "POST",
            { authorization: `Bearer ${principalWith({ golden: DELEGATOR }).token}`, "x-ms-version": "2025-05-05" },
        );
        expect(outcome(old)).toEqual([400, "InvalidQueryParameterValue"]);
    });
});
