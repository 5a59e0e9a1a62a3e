// Whose a file at a FileCopy's destination is, and what becomes of those of others. Each race is run: somebody acts right before one of our
// requests.

import { createHash } from "node:crypto";
import { FileSystemAttributes, ShareSASPermissions } from "@azure/storage-file-share";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { generated } from "../../simulator";
import { fileCopyHandler as handler } from "../../src/provider/fileCopy";
import type { FileCopyState } from "../../src/provider/fileCopyTypes";
import type { PartialFailure } from "../../src/provider/handler";
import { writtenMarker } from "../../src/provider/ownFile";
import { fileShareSdk } from "../../src/storage/fileClients";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles({ copySeconds: 0 });
    // Times of one second tell nothing.
    files.clock.advance(5_000);
});

afterEach(async () => {
    vi.restoreAllMocks();
    await files.close();
});

const failureOf = (promise: Promise<unknown>) =>
    promise.then(
        () => expect.fail("did not fail"),
        (error: Error) => error,
    );
const md5Of = (content: string) => createHash("md5").update(content).digest("base64");
const refresh = (state: FileCopyState) => handler.read(state.url, state, files.context);
const destroy = (state: FileCopyState) => handler.delete(state, files.context);
const exists = () => files.file().exists();
const metadata = async () => (await files.file().getProperties()).metadata;

/** What somebody else puts at the destination: by default what a FileCopy would make of the source. */
const put = (content = sourceText, change = {}) =>
    files.simulator.account("dev").putFile("seed", "app/settings.json", content, {
        contentType: "application/json",
        metadata: { origin: "golden" },
        contentMd5: md5Of(content),
        ...change,
    });
/** The source, with an MD5, as most tools upload it. */
const withMd5 = () => files.write(sourceText, { contentMd5: md5Of(sourceText) });

/** Has somebody act right before the handler calls a method of the SDK's for the nth time. */
function rightBefore(
    name: "acquireLease" | "setMetadata" | "setProperties" | "rename" | "deleteIfExists",
    act: () => Promise<unknown>,
    nth = 1,
) {
    const { ShareFileClient, ShareLeaseClient } = fileShareSdk();
    // biome-ignore lint/suspicious/noExplicitAny: methods of two classes
    const prototype: any = name === "acquireLease" ? ShareLeaseClient.prototype : ShareFileClient.prototype;
    const original = prototype[name];
    let calls = 0;
    vi.spyOn(prototype, name).mockImplementation(async function (this: unknown, ...given: unknown[]) {
        if (++calls === nth) {
            await act();
        }
        return original.apply(this, given);
    });
}

describe("a file of equal content that no FileCopy has made", () => {
    beforeEach(withMd5);

    it.each(["never", "ifUnchanged", "always"] as const)(
        "is adopted by one Set File Metadata, and left at destroy, with overwrite %s",
        async (overwrite) => {
            put();
            const was = await files.file().getProperties();
            const state = await files.up(undefined, { overwrite });
            expect(files.operations().filter((operation) => !/^(Get|List|Lease)/.test(operation))).toEqual([
                "Set File Metadata",
            ]);
            const { etag, ...is } = await files.file().getProperties();
            expect(etag).not.toBe(was.etag);
            expect(is).toMatchObject({ metadata: was.metadata, fileId: was.fileId, contentType: was.contentType });
            expect(is.leaseState).toBe("available");
            expect(state).toMatchObject({ adopted: true, etag, copyStatus: "success" });
            expect(files.warnings.join()).toMatch(
                /was there already and has all that is asked for.*It was adopted, and pulumi destroy will leave it/,
            );
            expect(await files.up(state, { overwrite })).toBe(state);
            await destroy(state);
            expect(await files.text()).toBe(sourceText);
            expect(files.warnings.at(-1)).toMatch(
                /was there before this resource, which has adopted it.*left as it is/,
            );
        },
    );

    it("stays adopted over a refresh, changes in place and options, until the resource has copied onto it", async () => {
        put();
        const first = await files.up(undefined);
        const second = await files.up((await refresh(first))!, { metadata: { stage: "dev" }, timeout: "2h" });
        expect(await metadata()).toEqual({ stage: "dev" });
        await destroy(second);
        expect(await exists()).toBe(true);
        files.write("something newer");
        const third = await files.up(second, { metadata: { stage: "dev" } });
        expect(third.adopted).toBeUndefined();
        expect(await files.text()).toBe("something newer");
        await destroy(third);
        expect(await exists()).toBe(false);
    });

    it.each<[string, object, object]>([
        ["metadata", { metadata: { mine: "yes" } }, {}],
        ["no metadata", { metadata: {} }, {}],
        ["another content type", { contentType: "text/plain" }, {}],
        ["a cache control", { cacheControl: "no-store" }, {}],
        ["other metadata than the program asks for", {}, { metadata: { stage: "dev" } }],
        ["other headers than the program asks for", {}, { fileHttpHeaders: { fileContentLanguage: "de" } }],
        ["other attributes than the program asks for", {}, { fileAttributes: "Hidden" }],
        ["another time than the program asks for", {}, { fileLastWriteTime: "2020-01-02T03:04:05Z" }],
        ["another creation time than the program asks for", {}, { fileCreationTime: "2020-01-02T03:04:05Z" }],
        [
            "another permission than the program asks for",
            {},
            { filePermission: "O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)" },
        ],
        ["no MD5", { contentMd5: undefined }, {}],
    ])("is refused with %s, and left as it is", async (_, there, asked) => {
        put(sourceText, there);
        const was = await files.file().getProperties();
        expect((await failureOf(files.up(undefined, asked))).message).toMatch(/that this resource did not make/);
        const { etag, metadata } = await files.file().getProperties();
        expect({ etag, metadata }).toEqual({ etag: was.etag, metadata: was.metadata });
    });

    it("is adopted with the SMB properties that the program asks for, where it has them", async () => {
        put(sourceText, { fileAttributes: "Hidden" });
        const { filePermissionKey } = await files
            .share("dev")
            .createPermission("O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)");
        const time = "2020-01-02T03:04:05.000Z";
        await files.file().setProperties({
            fileHttpHeaders: {
                fileContentType: "application/json",
                fileContentMD5: Buffer.from(md5Of(sourceText), "base64"),
            },
            lastWriteTime: new Date(time),
            creationTime: new Date(time),
            filePermissionKey: filePermissionKey!,
        });
        const state = await files.up(undefined, {
            fileAttributes: "Hidden",
            fileLastWriteTime: time,
            fileCreationTime: time,
            fileChangeTime: time,
            filePermission: "O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;WD)",
        });
        expect(state.adopted).toBe(true);
        expect(files.simulator.requests.count("Copy File")).toBe(0);
    });

    it.each(["Set File Metadata", "Copy File"])("is not adopted where somebody writes meanwhile (%s)", async (how) => {
        put();
        rightBefore("acquireLease", async () => {
            if (how === "Copy File") {
                put("something of theirs");
            } else {
                await files.file().setMetadata({ mine: "yes" });
            }
        });
        expect((await failureOf(files.up(undefined))).message).toMatch(/that this resource did not make/);
        const there = await files.file().getProperties();
        expect(there.metadata).toEqual(how === "Copy File" ? { origin: "golden" } : { mine: "yes" });
        expect(there.leaseState).toBe("available");
    });

    it("is adopted onto a resource that finds it in its file's place, and left at destroy", async () => {
        const first = await files.up(undefined);
        await files.file().delete();
        put();
        const drifted = (await refresh(first))!;
        const second = await files.up(drifted.drifted ? first : drifted);
        expect(await files.text()).toBe(sourceText);
        await destroy(second);
        expect(await exists()).toBe(true);
    });

    it("is adopted where neither end has any bytes", async () => {
        files.write("");
        put("", { contentMd5: undefined });
        const state = await files.up(undefined);
        expect(state.adopted).toBe(true);
    });

    it("is adopted where its properties differ, with adopt, which sets them", async () => {
        put(sourceText, { metadata: { mine: "yes" }, contentType: "text/plain", fileAttributes: "System" });
        const asked = { adopt: true, fileAttributes: "Hidden", fileHttpHeaders: { fileCacheControl: "no-store" } };
        const { fileId } = await files.file().getProperties();
        const state = await files.up(undefined, asked);
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { origin: "golden" },
            contentType: "application/json",
            cacheControl: "no-store",
            fileAttributes: "Hidden",
            fileId,
        });
        expect(files.simulator.requests.count("Copy File")).toBe(0);
        expect(await files.up(state, asked)).toBe(state);
        await destroy(state);
        expect(await files.text()).toBe(sourceText);
        files.write("something newer");
        await destroy(await files.up(state, asked));
        expect(await exists()).toBe(false);
    });

    it("is refused with adopt where its content differs, or can't be told", async () => {
        put("something of theirs");
        expect((await failureOf(files.up(undefined, { adopt: true }))).message).toMatch(
            /that this resource did not make/,
        );
        put(sourceText, { contentMd5: undefined });
        await failureOf(files.up(undefined, { adopt: true }));
        expect(files.simulator.requests.count("Set File Metadata")).toBe(0);
    });

    it("is not adopted by an update, in which adopt is recorded without a request", async () => {
        const first = await files.up(undefined);
        const second = await files.up(first, { adopt: true });
        expect(second).toMatchObject({ adopt: true, etag: first.etag });
        await files.file().delete();
        put(sourceText, { metadata: { mine: "yes" } });
        withMd5(); // under another ETag
        expect((await failureOf(files.up(second, { adopt: true }))).message).toMatch(
            /was changed by somebody else since/,
        );
        expect(await metadata()).toEqual({ mine: "yes" });
    });

    it("stays adopted, and is recorded, where only some of its properties could be set", async () => {
        put(sourceText, { metadata: { mine: "yes" } });
        files.simulator.faults.add({
            operation: "Set File Properties",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        const failure = (await failureOf(files.up(undefined, { adopt: true }))) as PartialFailure;
        const { etag } = await files.file().getProperties();
        const state = failure.state as FileCopyState;
        expect(state).toMatchObject({ adopted: true, lastWriteEtag: etag, copyStatus: "pending" });
        await destroy(state);
        expect(await exists()).toBe(true);
    });
});

describe("a file that a killed run has put in place", () => {
    /** A create of which nothing is recorded, and which ends before its marker is off. */
    const killed = async (method: "copyFile" | "fromUrl") => {
        rightBefore("acquireLease", async () => Promise.reject(new Error("killed")));
        await files.up(undefined, { method }).catch(() => {});
        vi.restoreAllMocks();
        files.clock.advance(1);
    };

    it.each(["copyFile", "fromUrl"] as const)(
        "by %s is this resource's own, and deleted at destroy",
        async (method) => {
            await killed(method);
            files.operations();
            const state = await files.up(undefined, { method });
            expect(files.operations()).not.toContain(method === "copyFile" ? "Copy File" : "Put Range From URL");
            expect(state.adopted).toBeUndefined();
            expect(await metadata()).toEqual({ origin: "golden" });
            await destroy(state);
            expect(await exists()).toBe(false);
        },
    );

    it.each(["copyFile", "fromUrl"] as const)(
        "by %s is somebody else's once they have written into it",
        async (method) => {
            await killed(method);
            await files.file().uploadRange("WHAT", 0, 4);
            const failure = await failureOf(files.up(undefined, { method }));
            expect(failure.message).toMatch(/that this resource did not make/);
            expect(await files.text()).toBe(`WHAT${sourceText.slice(4)}`);
        },
    );

    it("by Copy File is somebody else's once they have set metadata of theirs, or other properties", async () => {
        await killed("copyFile");
        await files.file().setMetadata({ mine: "yes" });
        await failureOf(files.up(undefined, { method: "copyFile" }));
        expect(await metadata()).toEqual({ mine: "yes" });
    });

    it("by Copy File of another source is somebody else's, though it holds the same", async () => {
        withMd5();
        files.simulator.account("golden").putFile("docs", "other.json", sourceText, {
            contentType: "application/json",
            metadata: { origin: "golden" },
            contentMd5: md5Of(sourceText),
        });
        await files.up(undefined, { source: { ...files.inputs.source, filePath: "other.json" } });
        const state = await files.up(undefined);
        expect(state.adopted).toBe(true);
    });
});

describe.each(["copyFile", "fromUrl"] as const)("a FileCopy by %s that somebody gets ahead of", (method) => {
    const up = (state?: FileCopyState, change = {}) => files.up(state, { method, ...change });
    const theirs = () => files.file().setMetadata({ mine: "yes" });

    it("takes nothing over that they write right after its rename", async () => {
        const first = await up();
        files.write("something newer");
        // Ours are the lease's, which is taken for the rename and released after it.
        const { ShareLeaseClient } = fileShareSdk();
        const release = ShareLeaseClient.prototype.releaseLease;
        vi.spyOn(ShareLeaseClient.prototype, "releaseLease").mockImplementationOnce(async function (
            this: InstanceType<typeof ShareLeaseClient>,
            ...given
        ) {
            const released = await release.apply(this, given).catch(() => undefined);
            await theirs();
            return released!;
        });
        const failure = await failureOf(up(first));
        expect(failure.message).toMatch(/was changed by somebody else right after it was copied/);
        const state = (failure as PartialFailure).state as FileCopyState;
        await destroy((await refresh(state))!);
        await destroy(state);
        expect(await metadata()).toMatchObject({ mine: "yes" });
    });

    it("takes nothing over that they write before the answer to its rename is lost", async () => {
        const { ShareFileClient } = fileShareSdk();
        const rename = ShareFileClient.prototype.rename;
        vi.spyOn(ShareFileClient.prototype, "rename").mockImplementationOnce(async function (
            this: InstanceType<typeof ShareFileClient>,
            ...given
        ) {
            await rename.apply(this, given);
            await theirs();
            throw new Error("lost");
        });
        const failure = (await failureOf(up())) as PartialFailure;
        const state = failure.state as FileCopyState;
        await destroy((await refresh(state))!);
        await destroy(state);
        expect(await metadata()).toEqual({ mine: "yes" });
    });

    it("does not delete what they write between its look and its lease", async () => {
        const state = await up();
        rightBefore("acquireLease", theirs);
        await destroy(state);
        expect(await metadata()).toEqual({ mine: "yes" });
        expect(files.warnings.join()).toMatch(/was changed by somebody else.*left alone/);
        expect((await files.file().getProperties()).leaseState).toBe("available");
    });

    it("does not set properties of what they write between its look and its lease", async () => {
        const state = await up();
        rightBefore("acquireLease", theirs);
        const failure = await failureOf(up(state, { metadata: { stage: "dev" } }));
        expect(failure.message).toMatch(/run pulumi refresh.*was changed by somebody else/);
        expect(await metadata()).toEqual({ mine: "yes" });
    });

    it.each(["properties", "bytes"])(
        "does not claim a file by a refresh after they have changed its %s",
        async (what) => {
            const first = await up();
            await (what === "bytes" ? files.file().uploadRange("WHAT", 0, 4) : theirs());
            const refreshed = (await refresh(first))!;
            await destroy((await refresh(refreshed))!);
            expect(await exists()).toBe(true);
            expect(files.warnings.join()).toMatch(/was changed by somebody else.*left alone/);
        },
    );

    it.each(["properties", "bytes"])(
        "does not claim a file by setting properties after they have changed its %s",
        async (what) => {
            const first = await up(undefined, { onDestinationDrift: "ignore" });
            await (what === "bytes" ? files.file().uploadRange("WHAT", 0, 4) : theirs());
            const refreshed = (await refresh(first))!;
            const set = await up(refreshed, { onDestinationDrift: "ignore", metadata: { stage: "dev" } });
            await destroy(set);
            expect(await exists()).toBe(true);
            expect(files.warnings.join()).toMatch(/was changed by somebody else.*left alone/);
        },
    );

    it("does not delete another file with the attributes and times of one that it could not delete", async () => {
        const time = "2020-01-02T03:04:05Z";
        const first = await up(undefined, { fileAttributes: "ReadOnly", fileLastWriteTime: time });
        files.simulator.faults.add({ operation: "Delete File", status: 409, errorCode: "SharingViolation", times: 1 });
        await failureOf(destroy(first));
        await files.file().delete();
        put();
        await files.file().setProperties({
            fileAttributes: FileSystemAttributes.parse("None"),
            lastWriteTime: new Date(time),
        });
        await destroy(first);
        expect(await exists()).toBe(true);
    });

    it("does not delete a file of theirs that was read-only at a refresh, and is not any more", async () => {
        const first = await up();
        await files.file().delete();
        put("something of theirs", { fileAttributes: "ReadOnly" });
        const refreshed = (await refresh(first))!;
        await files.file().setProperties({ fileAttributes: FileSystemAttributes.parse("None") });
        await destroy(refreshed);
        expect(await files.text()).toBe("something of theirs");
    });

    it("sees drift where another file with its length and last write time has taken its place", async () => {
        const time = "2020-01-02T03:04:05Z";
        const first = await up(undefined, { fileLastWriteTime: time });
        await files.file().delete();
        put(sourceText.toUpperCase());
        await files.file().setProperties({ lastWriteTime: new Date(time) });
        expect((await refresh(first))!.drifted).toBe(true);
    });
});

describe("a FileCopy that has never had its destination", () => {
    /** A create that left a copy beside the destination. */
    const unfinished = async (change = {}) => {
        const fault = files.simulator.faults.add({
            operation: "Rename File",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        const failure = await failureOf(files.up(undefined, { method: "fromUrl", ...change }));
        fault.remove();
        files.clock.advance(1);
        return (failure as PartialFailure).state as FileCopyState;
    };

    it("does not claim by a refresh what somebody copies there, and leaves it at destroy", async () => {
        const state = await unfinished();
        expect(state.copyId).toBeUndefined();
        // Somebody's own copy, which is pending while the stack is refreshed and destroyed.
        files.simulator.copies.add({ seconds: 3_600 });
        const url = `${files.simulator.account("golden").fileEndpoint}/docs/app/settings.json?${new URL(
            files.share("golden").generateSasUrl({
                permissions: ShareSASPermissions.parse("r"),
                expiresOn: new Date(Date.now() + 86_400_000),
            }),
        ).search.slice(1)}`;
        await files.file().startCopyFromURL(url);
        const refreshed = (await refresh(state))!;
        expect(refreshed).toEqual(state);
        await destroy(refreshed);
        expect(await files.file().getProperties()).toMatchObject({ copyStatus: "pending" });
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("does not take the unfinished file of another source for its own", async () => {
        const state = await unfinished();
        // Another stack's, killed right after its rename.
        put("something of theirs", {
            metadata: { pulumi_azure_copy_unfinished: "0".repeat(64), [writtenMarker]: "2020-01-01T00:00:00.000Z" },
        });
        const { fileLastWriteOn } = await files.file().getProperties();
        await files.file().setMetadata({
            pulumi_azure_copy_unfinished: "0".repeat(64),
            [writtenMarker]: fileLastWriteOn!.toISOString(),
        });
        expect((await failureOf(files.up(state, { method: "fromUrl" }))).message).toMatch(/somebody else|did not make/);
        await destroy((await refresh(state))!);
        await destroy(state);
        expect(await files.text()).toBe("something of theirs");
    });

    it("leaves the file to the resource that has joined its pending copy in the same run", async () => {
        files.simulator.copies.add({ seconds: 10 });
        const failure = await failureOf(files.up(undefined, { method: "copyFile", timeout: "5s" }));
        const older = (failure as PartialFailure).state as FileCopyState;
        expect(older.copyStatus).toBe("pending");
        const newer = await files.up(undefined, { method: "copyFile" });
        expect(newer.copyId).toBe(older.copyId);
        await destroy(older);
        expect(await files.text()).toBe(sourceText);
        expect(files.warnings.join()).toMatch(/belongs to another resource of this program now/);
    });

    it("deletes what a run has put in place that was killed before it took the marker off", async () => {
        const state = await unfinished();
        rightBefore("acquireLease", async () => Promise.reject(new Error("killed")));
        await failureOf(files.up(state, { method: "fromUrl" }));
        vi.restoreAllMocks();
        expect(await metadata()).toHaveProperty(writtenMarker);
        await destroy(state);
        expect(await exists()).toBe(false);
    });

    it("copies anew what somebody has written into beside the destination", async () => {
        const change = { method: "copyFile" } as const;
        const state = await unfinished(change);
        const [beside] = await files.names();
        await files.file(`app/${beside}`).uploadRange("WHAT", 0, 4);
        await files.up(state, change);
        expect(await files.text()).toBe(sourceText);
        expect(await files.names()).toEqual(["settings.json"]);
    });

    it("owns what it has put in place and given some of its properties", async () => {
        const change = { method: "fromUrl", fileChangeTime: "2020-01-02T03:04:05.000Z" } as const;
        files.simulator.faults.add({
            operation: "Set File Properties",
            path: "app/settings.json",
            status: 403,
            errorCode: "AuthorizationFailure",
            times: 1,
        });
        const failure = (await failureOf(files.up(undefined, change))) as PartialFailure;
        const done = await files.up(failure.state as FileCopyState, change);
        expect((await files.file().getProperties()).fileChangeOn).toEqual(new Date(change.fileChangeTime));
        await destroy(done);
        expect(await exists()).toBe(false);
    });

    it("owns what it has put in place and could not finish", async () => {
        files.simulator.faults.add({
            operation: "Set File Metadata",
            path: "app/settings.json",
            status: 403,
            errorCode: "AuthorizationFailure",
            times: 1,
        });
        const failure = await failureOf(files.up(undefined, { method: "fromUrl" }));
        const state = (failure as PartialFailure).state as FileCopyState;
        const { etag } = await files.file().getProperties();
        expect(state).toMatchObject({ copyStatus: "pending", etag, lastWriteEtag: etag });
        const done = await files.up(state, { method: "fromUrl" });
        expect(files.operations()).not.toContain("Put Range From URL");
        expect(await metadata()).toEqual({ origin: "golden" });
        await destroy(done);
        expect(await exists()).toBe(false);
    });
});

it.each<[string, object, object]>([
    ["Copy File", { method: "copyFile" }, {}],
    ["Put Range From URL, with an MD5", { method: "fromUrl" }, { contentMd5: md5Of(sourceText) }],
])("stays through a rename without an alias and up --replace, made by %s", async (_, change, source) => {
    files.write(sourceText, source);
    files.clock.advance(5_000);
    const older = await files.up(undefined, change);
    const newer = await files.up(undefined, change);
    await destroy(older);
    expect(await files.text()).toBe(sourceText);
    expect(await files.up(newer, change)).toBe(newer);
});

it("names adopt where a file without an MD5 has come by Put Range From URL and is created anew", async () => {
    const length = 9 * 1024 * 1024;
    files.simulator.account("golden").putFile("docs", "large.bin", generated({ length }));
    const change = { source: { ...files.inputs.source, filePath: "large.bin" } };
    await files.up(undefined, change);
    expect((await failureOf(files.up(undefined, change))).message).toMatch(/that this resource did not make/);
});
