import { createHmac } from "node:crypto";
import { get as httpsGet } from "node:https";
import {
    AccountSASPermissions,
    AnonymousCredential,
    type BlobSASSignatureValues,
    BlobServiceClient,
    generateAccountSASQueryParameters,
    generateBlobSASQueryParameters,
    SASProtocol,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { selfSigned } from "./support/certificate";
import { blobOf, copy, inDays, letters, outcome, sasUrl } from "./support/copies";
import { elementText, raw, send } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let golden: AccountHandle;
let dev: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, dev, simulator, clock } = await simulate());
    golden.createContainer("images");
    golden.putBlob("images", "a", "hello", { tags: { env: "dev" } });
    dev.createContainer("images");
    dev.putBlob("images", "a", "hello");
});

const url = (account: AccountHandle, path: string, sas = "") => `${account.blobEndpoint}${path}${sas && `?${sas}`}`;

describe("Shared Key", () => {
    test("either key of the account signs", async () => {
        for (const key of [golden.key, golden.secondaryKey]) {
            expect((await raw(golden, "/images/a", { key })).status).toBe(200);
        }
        const other = await raw(golden, "/images/a", { key: dev.key });
        expect(outcome(other)).toEqual([403, "AuthenticationFailed"]);
        expect(elementText(other, "AuthenticationErrorDetail")).toContain(
            "The MAC signature found in the HTTP request",
        );
    });

    test("signs metadata names with digits and underscores as the SDK sorts them", async () => {
        const blob = blobOf(golden, "/images/a");
        const metadata = { a_b: "1", a1: "2", aa: "3", a_1: "4", a: "5" };
        await blob.setMetadata(metadata);
        expect((await blob.getProperties()).metadata).toEqual(metadata);
    });

    test("any header or parameter that is changed on the way breaks the signature", async () => {
        const client = serviceClient(golden).getContainerClient("images").getBlockBlobClient("a");
        const tampered = BlobServiceClient.fromConnectionString(golden.connectionString);
        expect(await tampered.getContainerClient("images").getBlobClient("a").exists()).toBe(true);
        expect(client.url).toBe(url(golden, "/images/a"));
        const date = new Date().toUTCString();
        const text = `GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:2025-01-05\n/golden/golden/images/a`;
        const signature = createHmac("sha256", Buffer.from(golden.key, "base64")).update(text).digest("base64");
        const headers = {
            "x-ms-date": date,
            "x-ms-version": "2025-01-05",
            authorization: `SharedKey golden:${signature}`,
        };
        expect((await send(url(golden, "/images/a"), "GET", headers)).status).toBe(200);
        const more = { ...headers, "x-ms-range": "bytes=0-1" };
        expect((await send(url(golden, "/images/a"), "GET", more)).status).toBe(403);
        expect((await send(url(golden, "/images/a?snapshot=x"), "GET", headers)).status).toBe(403);
        expect((await send(url(golden, "/images/b"), "GET", headers)).status).toBe(403);
    });

    test("Shared Key Lite signs too", async () => {
        const date = new Date().toUTCString();
        const text = `GET\n\n\n\nx-ms-date:${date}\nx-ms-version:2025-01-05\n/golden/golden/images/a?comp=metadata`;
        const signature = createHmac("sha256", Buffer.from(golden.key, "base64")).update(text).digest("base64");
        const answer = await send(url(golden, "/images/a?comp=metadata"), "GET", {
            "x-ms-date": date,
            "x-ms-version": "2025-01-05",
            authorization: `SharedKeyLite golden:${signature}`,
        });
        expect(answer.status).toBe(200);
    });

    test("a date more than 15 minutes off is refused", async () => {
        const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toUTCString();
        for (const [minutes, status] of [
            [-14, 200],
            [14, 200],
            [-16, 403],
            [16, 403],
        ] as const) {
            const answer = await raw(golden, "/images/a", { headers: { "x-ms-date": at(minutes) } });
            expect([minutes, answer.status]).toEqual([minutes, status]);
        }
    });

    test("a clock that was turned doesn't lock clients out that go by the machine's", async () => {
        clock.advance(14 * 24 * 3600_000);
        expect((await raw(golden, "/images/a")).status).toBe(200);
        const byClock = { "x-ms-date": new Date(clock.now()).toUTCString() };
        expect((await raw(golden, "/images/a", { headers: byClock })).status).toBe(200);
    });

    test("fails for a header in another form, and for bearer tokens, which take https", async () => {
        const attempt = (authorization: string) => raw(golden, "/images/a", { key: null, headers: { authorization } });
        expect(outcome(await attempt("SharedKey golden"))).toEqual([400, "InvalidAuthenticationInfo"]);
        const bearer = await attempt("Bearer abc");
        expect(outcome(bearer)).toEqual([403, "AuthenticationFailed"]);
        expect(elementText(bearer, "AuthenticationErrorDetail")).toContain("is not allowed with HTTP");
    });

    test("a key that was regenerated authorizes nothing any more, nor does a SAS by it; the other one stays", async () => {
        const { key, secondaryKey, connectionString } = golden;
        const sas = await sasUrl(blobOf(golden, "/images/a"));
        golden.regenerateKey("key1");
        expect(golden.key).not.toBe(key);
        expect(golden.secondaryKey).toBe(secondaryKey);
        expect(golden.connectionString).toBe(connectionString.replace(key, golden.key));
        expect((await raw(golden, "/images/a", { key })).status).toBe(403);
        expect((await fetch(sas)).status).toBe(403);
        expect((await raw(golden, "/images/a", { key: golden.key })).status).toBe(200);
        expect((await raw(golden, "/images/a", { key: secondaryKey })).status).toBe(200);
        expect((await fetch(await sasUrl(blobOf(golden, "/images/a")))).status).toBe(200);
    });

    test("an account can forbid its keys", async () => {
        const accounts = [{ name: "golden", allowSharedKeyAccess: false }, { name: "dev" }];
        const simulated = await simulate({ accounts });
        simulated.golden.createContainer("images");
        const forbidden = [403, "KeyBasedAuthenticationNotPermitted"];
        expect(outcome(await raw(simulated.golden, "/images/a"))).toEqual(forbidden);
        expect(outcome(await send(await sasUrl(blobOf(simulated.golden, "/images/a"))))).toEqual(forbidden);
    });
});

describe("service SAS", () => {
    const credential = () => new StorageSharedKeyCredential(golden.name, golden.key);

    function sas(values: Partial<BlobSASSignatureValues>): string {
        return generateBlobSASQueryParameters(
            { containerName: "images", blobName: "a", permissions: letters("r"), expiresOn: inDays(1), ...values },
            credential(),
        ).toString();
    }

    const get = (query: string, path = "/images/a", headers = {}) => send(url(golden, path, query), "GET", headers);

    test.each(["2015-04-05", "2018-11-09", "2020-12-06", "2025-01-05", "2026-10-06"])(
        "of version %s opens its blob",
        async (version) => {
            const answer = await get(sas({ version }));
            expect([answer.status, answer.body, answer.headers["x-ms-version"]]).toEqual([200, "hello", version]);
            expect(outcome(await get(sas({ version }), "/images/b"))).toEqual([403, "AuthenticationFailed"]);
        },
    );

    test("of the secondary key opens it too", async () => {
        const secondary = new StorageSharedKeyCredential(golden.name, golden.secondaryKey);
        const values = { containerName: "images", permissions: letters("r"), expiresOn: inDays(1) };
        expect((await get(generateBlobSASQueryParameters(values, secondary).toString())).status).toBe(200);
    });

    test("grants only the permissions in it", async () => {
        const blob = (permissions: string) =>
            new BlobServiceClient(
                `${golden.blobEndpoint}?${sas({ blobName: undefined, permissions: letters(permissions) })}`,
                new AnonymousCredential(),
                { retryOptions: { maxTries: 1 } },
            )
                .getContainerClient("images")
                .getBlockBlobClient("a");
        const denied = { status: 403, code: "AuthorizationPermissionMismatch" };
        await blob("r").getProperties();
        expect(await failure(blob("w").getProperties())).toEqual(denied);
        expect(await failure(blob("r").setMetadata({}))).toEqual(denied);
        await blob("w").setMetadata({});
        expect(await failure(blob("r").getTags())).toEqual(denied);
        await blob("t").getTags();
        await blob("t").setTags({ env: "prod" });
        expect(await failure(blob("c").upload("x", 1))).toEqual(denied);
        expect(await failure(blob("w").upload("x", 1, { tags: { a: "b" } }))).toEqual(denied);
        await blob("wt").upload("x", 1, { tags: { a: "b" } });
        expect(await failure(blob("r").download(0, 1, { conditions: { tagConditions: "\"a\" = 'b'" } }))).toEqual(
            denied,
        );
        await blob("c").createSnapshot();
        await blob("w").getBlobLeaseClient().acquireLease(15);
        expect(await failure(blob("d").getBlobLeaseClient().acquireLease(15))).toEqual(denied);
        await blob("d").getBlobLeaseClient().breakLease(0);
        expect(await failure(blob("w").delete())).toEqual(denied);
        await blob("d").delete({ deleteSnapshots: "include" });
        await blob("c").upload("x", 1);
    });

    test("of a container lists it and opens its blobs; of a blob it doesn't list", async () => {
        const query = sas({ blobName: undefined, permissions: letters("rl") });
        expect((await get(query)).status).toBe(200);
        expect((await get(`restype=container&comp=list&${query}`, "/images")).status).toBe(200);
        expect(outcome(await get(`restype=container&comp=list&${sas({})}`, "/images"))[0]).toBe(403);
        expect(outcome(await get(`restype=container&${query}`, "/images"))).toEqual([403, "AuthorizationFailure"]);
        expect(outcome(await get(`comp=list&${query}`, "/"))[0]).toBe(403);
    });

    test("of a snapshot opens that snapshot alone", async () => {
        const { snapshot } = await blobOf(golden, "/images/a").createSnapshot();
        const query = sas({ snapshotTime: snapshot });
        expect((await get(`snapshot=${encodeURIComponent(snapshot!)}&${query}`)).body).toBe("hello");
        expect(outcome(await get(query))).toEqual([403, "AuthenticationFailed"]);
    });

    test("is good from its start to its end, by the simulator's clock", async () => {
        const query = sas({ startsOn: new Date(clock.now() + 60_000), expiresOn: new Date(clock.now() + 120_000) });
        const early = await get(query);
        expect(outcome(early)).toEqual([403, "AuthenticationFailed"]);
        expect(elementText(early, "AuthenticationErrorDetail")).toMatch(
            /^Signature not valid in the specified time frame: Start \[.+\] - Expiry \[.+\] - Current \[.+\]$/,
        );
        clock.advance(60_000);
        expect((await get(query)).status).toBe(200);
        clock.advance(60_000);
        expect((await get(query)).status).toBe(403);
    });

    test("fails over http if it is for https, and from another address", async () => {
        expect(outcome(await get(sas({ protocol: SASProtocol.Https })))).toEqual([
            403,
            "AuthorizationProtocolMismatch",
        ]);
        const from = await get(sas({ ipRange: { start: "10.0.0.1", end: "10.0.0.9" } }));
        expect(outcome(from)).toEqual([403, "AuthorizationSourceIPMismatch"]);
        expect((await get(sas({ ipRange: { start: "127.0.0.1" } }))).status).toBe(200);
        expect((await get(sas({ protocol: SASProtocol.HttpsAndHttp }))).status).toBe(200);
    });

    test("sets response headers", async () => {
        const answer = await get(sas({ contentType: "text/x", contentDisposition: "inline", cacheControl: "none" }));
        expect(answer.headers).toMatchObject({
            "content-type": "text/x",
            "content-disposition": "inline",
            "cache-control": "none",
        });
    });

    test("takes what is missing from a stored access policy, which can be withdrawn", async () => {
        const container = containerOf(golden);
        await container.setAccessPolicy(undefined, [
            { id: "readers", accessPolicy: { permissions: "r", expiresOn: inDays(1) } },
        ]);
        const query = sas({ identifier: "readers", permissions: undefined, expiresOn: undefined });
        expect((await get(query)).status).toBe(200);
        const both = sas({ identifier: "readers", expiresOn: undefined });
        expect(outcome(await get(both))).toEqual([403, "AuthenticationFailed"]);
        await container.setAccessPolicy();
        expect(outcome(await get(query))).toEqual([403, "AuthenticationFailed"]);
    });

    test("fails if anything in it was changed", async () => {
        const query = sas({});
        for (const changed of [query.replace("sp=r", "sp=rw"), query.replace(/se=\d{4}/, "se=2090"), `${query}AA`]) {
            expect([changed === query, outcome(await get(changed))]).toEqual([false, [403, "AuthenticationFailed"]]);
        }
    });

    test("never shows up in the request log", async () => {
        const query = sas({});
        await get(query);
        await copy(dev, "/images/copy", url(golden, "/images/a", query));
        const signature = new URLSearchParams(query).get("sig")!;
        const log = JSON.stringify([...simulator.requests]);
        expect(log).toContain("sig=REDACTED");
        expect(log).not.toContain(signature);
        expect(log).not.toContain(encodeURIComponent(signature));
        expect(log).not.toMatch(/SharedKey \w+:/);
    });
});

describe("account SAS", () => {
    function client(permissions: string, resourceTypes = "sco", services = "b") {
        const sas = generateAccountSASQueryParameters(
            { permissions: AccountSASPermissions.parse(permissions), resourceTypes, services, expiresOn: inDays(1) },
            new StorageSharedKeyCredential(golden.name, golden.key),
        );
        const options = { retryOptions: { maxTries: 1 } };
        return new BlobServiceClient(`${golden.blobEndpoint}?${sas}`, new AnonymousCredential(), options);
    }

    test("grants by service, resource type and permission", async () => {
        expect((await client("l").listContainers().next()).value?.name).toBe("images");
        expect(await failure(client("l", "co").listContainers().next())).toEqual({
            status: 403,
            code: "AuthorizationResourceTypeMismatch",
        });
        expect(await failure(client("l", "sco", "q").listContainers().next())).toEqual({
            status: 403,
            code: "AuthorizationServiceMismatch",
        });
        expect(await failure(client("r").createContainer("new"))).toEqual({
            status: 403,
            code: "AuthorizationPermissionMismatch",
        });
        await client("c", "c").createContainer("new");
        await client("d", "c").deleteContainer("new");
        await client("r", "o").getContainerClient("images").getBlobClient("a").getProperties();
    });

    test("doesn't read or set a container's ACL", async () => {
        const container = client("rwdlacup").getContainerClient("images");
        expect(await failure(container.getAccessPolicy())).toMatchObject({ status: 403 });
        expect(await failure(container.setAccessPolicy())).toMatchObject({ status: 403 });
    });
});

describe("no authorization", () => {
    const list = "restype=container&comp=list";
    const get = (path: string, query = "", headers = {}) => send(url(dev, path, query), "GET", headers);

    test("reads blobs of a container that is public for blobs, lists one that is public as a whole", async () => {
        dev.createContainer("images", { publicAccess: "blob" });
        expect((await get("/images/a")).body).toBe("hello");
        expect((await get("/images", list)).status).toBe(404);
        dev.createContainer("images", { publicAccess: "container" });
        expect((await get("/images", list)).status).toBe(200);
        expect(outcome(await get("/images/none"))).toEqual([404, "BlobNotFound"]);
        expect((await send(url(dev, "/images/a"), "DELETE")).status).toBe(404);
    });

    test("on a private container is 404 in old versions, 401 with a challenge in new ones", async () => {
        expect(outcome(await get("/images/a"))).toEqual([404, "ResourceNotFound"]);
        const fresh = await get("/images/a", "", { "x-ms-version": "2019-12-12" });
        expect(outcome(fresh)).toEqual([401, "NoAuthenticationInformation"]);
        expect(fresh.headers["www-authenticate"]).toMatch(/^Bearer authorization_uri=/);
    });

    test("on an account that forbids public access is 409 in old versions, and the same challenge in new ones", async () => {
        expect(outcome(await send(url(golden, "/images/a")))).toEqual([409, "PublicAccessNotPermitted"]);
        const fresh = await send(url(golden, "/images/a"), "GET", { "x-ms-version": "2019-12-12" });
        expect(outcome(fresh)).toEqual([401, "NoAuthenticationInformation"]);
        expect(fresh.headers["www-authenticate"]).toMatch(/^Bearer authorization_uri=/);
    });
});

describe("a copy's source", () => {
    const copyFrom = (source: string, headers = {}) => copy(dev, "/images/copy", source, headers);

    test("in another account needs a SAS with the permission to read", async () => {
        const blob = blobOf(golden, "/images/a");
        expect((await copyFrom(await sasUrl(blob))).status).toBe(202);
        const forbidden = await copyFrom(await sasUrl(blob, "w"));
        expect(outcome(forbidden)).toEqual([403, "CannotVerifyCopySource"]);
        expect(forbidden.headers["x-ms-copy-source-error-code"]).toBe("AuthorizationPermissionMismatch");
        const expired = await sasUrl(blob, "r", new Date(clock.now() - 1000));
        expect(outcome(await copyFrom(expired))).toEqual([403, "CannotVerifyCopySource"]);
        const wrong = (await sasUrl(blob)).replace("sig=", "sig=AA");
        expect(outcome(await copyFrom(wrong))).toEqual([403, "CannotVerifyCopySource"]);
    });

    test("in another account that isn't there is 404 CannotVerifyCopySource", async () => {
        const answer = await copyFrom(await sasUrl(blobOf(golden, "/images/none")));
        expect(outcome(answer)).toEqual([404, "CannotVerifyCopySource"]);
        expect(elementText(answer, "Message")).toContain("The specified blob does not exist.");
    });

    test("in another account, private and without SAS, is 404 up to 2019, then 401, with that message", async () => {
        const from = `${dev.blobEndpoint}/images/a`;
        golden.createContainer("target");
        const attempt = (version: string) => copy(golden, "/target/copy", from, { "x-ms-version": version });
        expect(outcome(await attempt("2019-02-02"))).toEqual([404, "CannotVerifyCopySource"]);
        const recorded = await attempt("2020-10-02");
        expect(outcome(recorded)).toEqual([401, "CannotVerifyCopySource"]);
        expect(elementText(recorded, "Message")).toContain(
            "Could not verify the copy source within the specified time.",
        );
        expect(recorded.headers["www-authenticate"]).toBeUndefined();
        const fresh = await attempt("2025-01-05");
        expect(fresh.headers["x-ms-copy-source-status-code"]).toBe("401");
        expect(elementText(fresh, "CopySourceStatusCode")).toBe("401");
        dev.createContainer("images", { publicAccess: "blob" });
        expect((await attempt("2025-01-05")).status).toBe(202);
    });

    test("within the account needs a SAS of its own if the request is authorized by one", async () => {
        const target = await sasUrl(blobOf(golden, "/images/copy"), "cw");
        const attempt = (source: string) =>
            send(target, "PUT", { "x-ms-version": "2025-01-05", "x-ms-copy-source": source, "content-length": "0" });
        expect(outcome(await attempt(`${golden.blobEndpoint}/images/a`))).toEqual([409, "CannotVerifyCopySource"]);
        const done = await attempt(await sasUrl(blobOf(golden, "/images/a")));
        expect([done.status, done.headers["x-ms-copy-status"]]).toEqual([202, "success"]);
        const { copySource } = await blobOf(golden, "/images/copy").getProperties();
        expect(copySource).toContain("sig=");
    });
});

test("over https, a SAS for https opens the blob", async () => {
    const tls = selfSigned();
    const simulated = await simulate({ tls });
    const { golden: account } = simulated;
    expect(account.blobEndpoint).toMatch(/^https:/);
    account.createContainer("images");
    account.putBlob("images", "a", "hello");
    const key = new StorageSharedKeyCredential(account.name, account.key);
    const values = { containerName: "images", permissions: letters("r"), expiresOn: inDays(1) };
    const sas = generateBlobSASQueryParameters({ ...values, protocol: SASProtocol.Https }, key);
    const body = await new Promise<string>((resolve, reject) => {
        const request = httpsGet(`${account.blobEndpoint}/images/a?${sas}`, { ca: tls.cert }, (response) => {
            response.on("data", (chunk: Buffer) => resolve(chunk.toString()));
        });
        request.on("error", reject);
    });
    expect(body).toBe("hello");
});
