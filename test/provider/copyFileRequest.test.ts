// What Copy File is asked with, header by header as its reference names them, what of its answer is told, and what may become of it
// while it is pending.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BlobServiceClient } from "@azure/storage-blob";
import { ShareSASPermissions, ShareServiceClient } from "@azure/storage-file-share";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { generated, type LoggedRequest } from "../../simulator";
import { fileCopyHandler as handler } from "../../src/provider/fileCopy";
import type { FileCopyInputs, FileCopyState } from "../../src/provider/fileCopyTypes";
import { PartialFailure } from "../../src/provider/handler";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles();
});

afterEach(async () => {
    await files.close();
});

const methods = ["copyFile", "fromUrl"] as const;

const up = (change: Partial<FileCopyInputs> = {}, state?: FileCopyState) =>
    files.up(state, { method: "copyFile", ...change });
const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error,
    );

const destination = () => files.file().getProperties();
const golden = () => files.simulator.account("golden");
const dev = () => files.simulator.account("dev");
/** The last Copy File's headers. */
const headers = (): LoggedRequest["headers"] => files.simulator.requests.of("Copy File").at(-1)!.headers;
const copySource = () => new URL(headers()["x-ms-copy-source"]!);

/** A file of the destination's own account, without a credential of its own. */
function near(): FileCopyInputs["source"] {
    dev().putFile("seed", "near.txt", "nearby");
    return { endpoint: dev().fileEndpoint, shareName: "seed", filePath: "near.txt" };
}

describe("the request of Copy File", () => {
    it("says who asks, when, by which version, and by an ID of its own", async () => {
        await up();
        expect(headers()).toMatchObject({
            authorization: "SharedKey REDACTED",
            "x-ms-date": expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
            "x-ms-version": expect.stringMatching(/^20(2[6-9]|[3-9]\d)-\d\d-\d\d$/),
            "x-ms-client-request-id": expect.stringMatching(/^[\x21-\x7e]{1,1024}$/),
        });
        // Neither a timeout nor a body.
        const [{ query, bytesIn }] = files.simulator.requests.of("Copy File") as [LoggedRequest];
        expect([query, bytesIn]).toEqual(["", 0]);
    });

    it("names a source of the same account by its URL alone, and nothing that was not asked for", async () => {
        await up({ source: near() });
        expect(copySource().href).toBe(files.file("near.txt").url);
        const optional = /^x-ms-(meta-|file-|lease)/;
        expect(Object.keys(headers()).filter((name) => optional.test(name))).toEqual([]);
        expect(await files.text()).toBe("nearby");
    });

    it("reads a file in another account by a SAS for that file, which reads only and outlasts the timeout", async () => {
        await up({ timeout: "3h" });
        const { origin, pathname, searchParams } = copySource();
        expect(origin + pathname).toBe(`${golden().fileEndpoint}/docs/app/settings.json`);
        expect([searchParams.get("sr"), searchParams.get("sp")]).toEqual(["f", "r"]);
        const lasts = Date.parse(searchParams.get("se")!) - files.clock.now();
        expect(lasts).toBeGreaterThan(26 * 3_600_000);
        expect(lasts).toBeLessThan(28 * 3_600_000);
    });

    it("has every property by its header", async () => {
        const time = "2021-03-04T05:06:07.1234567Z";
        const filePermission = "O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)";
        await up({
            metadata: { owner: "infra", stage: "dev" },
            fileAttributes: "Hidden|System",
            fileCreationTime: time,
            fileLastWriteTime: time,
            fileChangeTime: time,
            filePermission,
            setArchiveAttribute: true,
        });
        expect(headers()).toMatchObject({
            "x-ms-meta-owner": "infra",
            "x-ms-meta-stage": "dev",
            "x-ms-file-attributes": "Hidden|System",
            "x-ms-file-creation-time": time,
            "x-ms-file-last-write-time": time,
            "x-ms-file-change-time": time,
            "x-ms-file-permission": filePermission,
            "x-ms-file-permission-copy-mode": "override",
            "x-ms-file-copy-set-archive": "true",
        });
        expect(await destination()).toMatchObject({
            metadata: { owner: "infra", stage: "dev" },
            fileAttributes: "Hidden | System | Archive",
        });
    });

    it("asks for the source's SMB properties by the word", async () => {
        const source = "source";
        await up({
            fileAttributes: source,
            fileCreationTime: source,
            fileLastWriteTime: source,
            fileChangeTime: source,
            filePermission: source,
        });
        expect(headers()).toMatchObject({
            "x-ms-file-attributes": source,
            "x-ms-file-creation-time": source,
            "x-ms-file-last-write-time": source,
            "x-ms-file-change-time": source,
            "x-ms-file-permission-copy-mode": source,
        });
        expect(headers()["x-ms-file-permission"]).toBeUndefined();
    });
});

describe.each(methods)("the source, by %s,", (method) => {
    /** A blob that the service reads by a SAS or, in the account `open`, without. */
    const blobIn = (account: "golden" | "dev" | "open", containerName: string) => {
        const handle = files.simulator.account(account);
        handle.createContainer(containerName, { publicAccess: account === "open" ? "blob" : undefined });
        handle.putBlob(containerName, "orders.bak", "what the blob holds");
        return { endpoint: handle.blobEndpoint, containerName, blobName: "orders.bak" };
    };

    it("is a blob in the same account: read by a SAS for that blob", async () => {
        const { connectionString } = dev();
        const { containerName, blobName } = blobIn("dev", "images");
        await up({ method, source: { connectionString, containerName, blobName } });
        expect(await files.text()).toBe("what the blob holds");
        if (method === "copyFile") {
            const { searchParams } = copySource();
            expect([searchParams.get("sr"), searchParams.get("sp")]).toEqual(["b", "r"]);
        }
    });

    it("is a blob that everybody may read: needs no credential, and gets no SAS", async () => {
        const source = blobIn("open", "public");
        const state = await up({ method, source });
        expect(await files.text()).toBe("what the blob holds");
        expect(state.sourceUrl).toBe(`${source.endpoint}/public/orders.bak`);
        if (method === "copyFile") {
            expect(copySource().search).toBe("");
        }
    });

    it("is a private blob without a credential: fails, and nothing is written", async () => {
        const { endpoint } = { endpoint: golden().blobEndpoint };
        const source = { endpoint, containerName: "images", blobName: "orders.bak" };
        expect((await failureOf(up({ method, source }))).message).toMatch(/401 NoAuthenticationInformation/);
        expect(await files.file().exists()).toBe(false);
    });

    it("is in the account of a destination with a SAS: read by a SAS of its own", async () => {
        const permissions = ShareSASPermissions.parse("rcwdl");
        const expiresOn = new Date(Date.now() + 30 * 86_400_000);
        const sas = new URL(files.share("dev").generateSasUrl({ permissions, expiresOn })).search.slice(1);
        const at = (filePath: string) => ({
            endpoint: dev().fileEndpoint,
            shareName: "seed",
            filePath,
            sasToken: sas,
        });
        dev().putFile("seed", "near.txt", "nearby");
        await up({ method, source: at("near.txt"), destination: at("app/settings.json") });
        expect(await files.text()).toBe("nearby");
        if (method === "copyFile") {
            expect(copySource().searchParams.get("sig")).toBeTruthy();
        }
    });

    it("is what any web server answers, and is copied again when its ETag changes", async () => {
        let body = "from the web";
        const server = createServer((request, response) => {
            const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
            const part = body.slice(Number(start ?? 0), end ? Number(end) + 1 : undefined);
            response.writeHead(start === undefined ? 200 : 206, {
                etag: `"${body.length}"`,
                "accept-ranges": "bytes",
                "content-type": "text/html",
                "content-length": part.length,
                ...(start !== undefined && {
                    "content-range": `bytes ${start}-${Number(start) + part.length - 1}/${body.length}`,
                }),
            });
            response.end(request.method === "HEAD" ? undefined : part);
        });
        await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
        onTestFinished(() => void server.close());
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/orders.html`;
        const source = { url, sasToken: "token=secretsecret" };
        const state = await up({ method, source });
        expect(await files.text()).toBe("from the web");
        expect(state).toMatchObject({ contentType: "text/html", sourceUrl: url, sourceEtag: '"12"' });
        body = "from the web, newer";
        await up({ method, source }, state);
        expect(await files.text()).toBe("from the web, newer");
    });

    it.each(["file", "blob"] as const)("is a %s whose content headers are all taken over", async (kind) => {
        const told = {
            contentType: "text/x",
            contentEncoding: "gzip",
            contentLanguage: "en",
            contentDisposition: "attachment",
            cacheControl: "no-store",
        };
        const contentMd5 = Buffer.alloc(16, 7).toString("base64");
        golden().putFile("docs", "app/settings.json", sourceText, { ...told, contentMd5 });
        golden().putBlob("images", "orders.bak", sourceText, { ...told, contentMd5 });
        const { connectionString } = golden();
        const blob = { connectionString, containerName: "images", blobName: "orders.bak" };
        const state = await up({ method, verify: "length", ...(kind === "blob" && { source: blob }) });
        const there = await destination();
        expect(there).toMatchObject({ ...told, contentLength: sourceText.length });
        expect(Buffer.from(there.contentMD5!).toString("base64")).toBe(contentMd5);
        expect(state).toMatchObject({ contentType: "text/x", contentMd5, contentLength: sourceText.length });
    });

    it("is a blob that is leased: read all the same, and leased while it is copied where that is asked for", async () => {
        const client = BlobServiceClient.fromConnectionString(golden().connectionString)
            .getContainerClient("images")
            .getBlockBlobClient("orders.bak");
        const { connectionString } = golden();
        const source = { connectionString, containerName: "images", blobName: "orders.bak" };
        await client.getBlobLeaseClient().acquireLease(-1);
        const state = await up({ method, source });
        await client.getBlobLeaseClient().breakLease(0);
        await client.upload("a newer backup", 14);
        files.simulator.requests.clear();
        const refusals: Promise<unknown>[] = [];
        files.onProgress(() => refusals.push(failureOf(client.upload("not now", 7))));
        await up({ method, source, leaseSource: true }, state);
        const answers = (await Promise.all(refusals)) as { code?: string }[];
        expect(answers.length).toBeGreaterThan(0);
        expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["LeaseIdMissing"]));
        expect(await files.text()).toBe("a newer backup");
        expect((await client.getProperties()).leaseState).toBe("available");
    });
});

describe("the answer of Copy File", () => {
    it.each<[string, () => Partial<FileCopyInputs>]>([
        ["success", () => ({ source: near() })],
        ["pending", () => ({})],
    ])(
        "that is %s is told by the outputs: ETag, Last-Modified, copy ID and status as they are at the end",
        async (_, change) => {
            const state = await up(change());
            const there = await destination();
            expect(state).toMatchObject({
                etag: there.etag,
                lastModified: there.lastModified!.toISOString(),
                copyId: there.copyId,
                copyStatus: "success",
                copyCompletedOn: there.copyCompletedOn!.toISOString(),
            });
            expect(state.sourceUrl).toBe(copySource().origin + copySource().pathname);
        },
    );

    it.each([
        [400, "InvalidHeaderValue"],
        [403, "AuthorizationFailure"],
        [404, "CannotVerifyCopySource"],
        [409, "ShareBeingDeleted"],
    ])("fails with %i %s, and leaves nothing", async (status, errorCode) => {
        files.simulator.faults.add({ operation: "Copy File", status, errorCode });
        const { message } = await failureOf(up({ timeout: "10s" }));
        expect(message).toMatch(new RegExp(`${status} ${errorCode}.*request ID [0-9a-f-]{36}`));
        expect(await files.names().catch(() => [])).toEqual([]);
    });

    it.each([500, 503])("is asked for again where it is %i, and told where that does not pass", async (status) => {
        files.simulator.faults.add({ operation: "Copy File", status, times: 2 });
        expect((await up()).copyStatus).toBe("success");
        files.simulator.faults.add({ operation: "Copy File", status });
        const other = { ...files.inputs.destination, filePath: "other.json" };
        const { message } = await failureOf(up({ destination: other }));
        expect(message).toMatch(new RegExp(`could not copy .*${status}.*request ID`));
        expect(files.simulator.requests.count("Copy File")).toBeGreaterThan(1);
        expect(await files.file("other.json").exists()).toBe(false);
    });
});

describe("a pending Copy File", () => {
    /** Leaves a copy pending at its timeout. */
    async function leavePending(seconds: number): Promise<FileCopyState> {
        const rule = files.simulator.copies.add({ seconds });
        const failure = await failureOf(up({ timeout: "30s" }));
        expect(failure).toBeInstanceOf(PartialFailure);
        rule.remove();
        return (failure as PartialFailure).state as FileCopyState;
    }
    /** The file that is written beside the destination. */
    async function beside() {
        const [name] = await files.names();
        return files.file(`app/${name}`);
    }

    it("changes its ETag all the time, which is no hindrance", async () => {
        golden().putFile("docs", "app/settings.json", generated({ length: 100_000 }));
        files.simulator.copies.add({ seconds: 600, progress: "steps" });
        const etags = new Set<string>();
        const looks: Promise<unknown>[] = [];
        files.onProgress(() =>
            looks.push(
                beside()
                    .then((file) => file.getProperties())
                    .then(({ etag }) => etags.add(etag!)),
            ),
        );
        const state = await up();
        files.onProgress(() => {});
        await Promise.allSettled(looks);
        expect(etags.size).toBeGreaterThan(3);
        expect(state.etag).toBe((await destination()).etag);
        expect(await up({}, state)).toBe(state);
    });

    it("that runs into an error which passes is waited for, and the error told", async () => {
        files.simulator.copies.add({ seconds: 60, intermittent: "503 ServerBusy" });
        await up();
        expect(files.progress.map(({ description }) => description)).toContain("the service reports: 503 ServerBusy");
        expect(await files.text()).toBe(sourceText);
    });

    it("that is two weeks old has failed, and the next up copies again", async () => {
        const pending = await leavePending(30 * 86_400);
        files.clock.advance(14 * 86_400_000);
        expect(await (await beside()).getProperties()).toMatchObject({ copyStatus: "failed", contentLength: 0 });
        const state = await up({}, pending);
        expect(state.copyStatus).toBe("success");
        expect(state.copyId).not.toBe(pending.copyId);
        expect(await files.text()).toBe(sourceText);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("that is waited for until the service gives it up fails with the service's words", async () => {
        files.simulator.copies.add({ seconds: 30 * 86_400 });
        expect((await failureOf(up({ timeout: "14d" }))).message).toMatch(
            /ended as failed: 500 OperationCancelled.*; nothing was written to the destination/,
        );
        expect(await files.names()).toEqual([]);
    });

    it("that somebody has aborted is copied again by the next up", async () => {
        const pending = await leavePending(100);
        const file = await beside();
        await file.abortCopyFromURL(pending.copyId!);
        expect(await file.getProperties()).toMatchObject({
            copyStatus: "aborted",
            contentLength: 0,
            metadata: { origin: "golden" },
        });
        const state = await up({}, pending);
        expect(state.copyId).not.toBe(pending.copyId);
        expect(await files.text()).toBe(sourceText);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it.each(methods)("of somebody else's onto the destination is told and left alone, by %s", async (method) => {
        files.simulator.copies.add({ path: "app/settings.json", stall: true });
        await files.share("dev").getDirectoryClient("app").create();
        const { snapshot } = await files.share("golden").createSnapshot();
        const somebodys = new URL(sasUrlOf("docs", "app/settings.json"));
        somebodys.searchParams.set("sharesnapshot", snapshot!);
        const { copyId } = await files.file().startCopyFromURL(somebodys.href);
        const { message } = await failureOf(up({ method, overwrite: "always" }));
        expect(message).toMatch(new RegExp(`another copy from .* onto .* is pending since .*copy ID ${copyId}`));
        expect(message).not.toContain("sig=");
        expect(await destination()).toMatchObject({ copyId, copyStatus: "pending" });
        expect(await files.names()).toEqual(["settings.json"]);
    });

    function sasUrlOf(shareName: string, filePath: string): string {
        const permissions = ShareSASPermissions.parse("r");
        const expiresOn = new Date(Date.now() + 30 * 86_400_000);
        const share = ShareServiceClient.fromConnectionString(golden().connectionString).getShareClient(shareName);
        const sas = new URL(share.generateSasUrl({ permissions, expiresOn })).search;
        return `${golden().fileEndpoint}/${shareName}/${filePath}${sas}`;
    }
});

describe.each(methods)("names that differ in upper and lower case, by %s,", (method) => {
    const inOtherLetters = () => ({ ...files.inputs.destination, filePath: "APP/Settings.JSON" });

    it("are of one file: nothing is replaced, copied or written", async () => {
        const state = await up({ method });
        const checked = await handler.check(
            state,
            { ...files.inputs, method, destination: inOtherLetters() },
            files.context,
        );
        expect(handler.diff(state, checked.inputs).replaces).toEqual([]);
        files.operations();
        const next = await handler.update(state, checked.inputs, files.context);
        expect(files.operations().filter((operation) => !/^(Get|List)/.test(operation))).toEqual([]);
        await handler.delete(next, files.context);
        expect(await files.names()).toEqual([]);
    });

    it("keep somebody else's file from being overwritten", async () => {
        dev().putFile("seed", "app/settings.json", "somebody's");
        const { message } = await failureOf(up({ method, destination: inOtherLetters() }));
        expect(message).toMatch(/that this resource did not make is at the destination/);
        expect(await files.text()).toBe("somebody's");
    });
});

it.each(["source", "destination"] as const)(
    "is refused over http to Azure itself, at the %s, without a request",
    async (end) => {
        const url = "http://contoso.file.core.windows.net/seed/f";
        await expect(handler.create({ ...files.inputs, [end]: { url } }, files.context)).rejects.toThrow(
            `${end} must use https, got "${url}"; write https`,
        );
        expect(files.operations()).toEqual([]);
    },
);
