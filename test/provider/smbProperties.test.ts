// A copied file's SMB properties: each the source's or a value of its own, whatever operation has moved the bytes.

import { FileSystemAttributes } from "@azure/storage-file-share";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileCopyInputs, FileCopyState, SmbInputs } from "../../src/provider/fileCopyTypes";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles();
});

afterEach(async () => {
    await files.close();
});

const sddlOf = (account: string) => `O:S-1-5-32-544G:S-1-5-32-544D:(A;;FA;;;${account})`;
/** A security descriptor that no header takes. */
const longDescriptor = `O:S-1-5-32-544G:S-1-5-32-544D:${"(A;;FA;;;WD)".repeat(1_000)}`;

/** As the source has them. */
const ofSource: SmbInputs = {
    fileAttributes: "Hidden | System",
    fileCreationTime: "2001-01-01T00:00:00.000Z",
    fileLastWriteTime: "2002-01-01T00:00:00.000Z",
    fileChangeTime: "2003-01-01T00:00:00.000Z",
    filePermission: sddlOf("WD"),
};
/** As a program gives them. */
const given: SmbInputs = {
    fileAttributes: "ReadOnly",
    fileCreationTime: "2011-01-01T00:00:00.000Z",
    fileLastWriteTime: "2012-01-01T00:00:00.000Z",
    fileChangeTime: "2013-01-01T00:00:00.000Z",
    filePermission: sddlOf("BA"),
};
const names = Object.keys(given) as (keyof SmbInputs)[];
const fromSource = Object.fromEntries(names.map((name) => [name, "source"])) as SmbInputs;

beforeEach(async () => {
    await files
        .share("golden")
        .getDirectoryClient("app")
        .getFileClient("settings.json")
        .setProperties({
            fileHttpHeaders: { fileContentType: "application/json" },
            fileAttributes: FileSystemAttributes.parse(ofSource.fileAttributes!),
            creationTime: new Date(ofSource.fileCreationTime!),
            lastWriteTime: new Date(ofSource.fileLastWriteTime!),
            changeTime: new Date(ofSource.fileChangeTime!),
            filePermission: ofSource.filePermission!,
        });
    files.clock.advance(60_000);
});

/** What the service tells of the destination. */
async function smb(): Promise<SmbInputs> {
    const there = await files.file().getProperties();
    const { permission } = await files.share("dev").getPermission(there.filePermissionKey!);
    return {
        fileAttributes: there.fileAttributes!,
        fileCreationTime: there.fileCreatedOn!.toISOString(),
        fileLastWriteTime: there.fileLastWriteOn!.toISOString(),
        fileChangeTime: there.fileChangeOn!.toISOString(),
        filePermission: permission,
    };
}

describe.each(["copyFile", "fromUrl"] as const)("SMB properties, by %s,", (method) => {
    const up = (change: Partial<FileCopyInputs>, state?: FileCopyState) => files.up(state, { method, ...change });

    it.each(names)("are the source's as to %s, and given else", async (name) => {
        await up({ ...given, [name]: "source" });
        expect(await smb()).toEqual({ ...given, [name]: ofSource[name] });
        expect(await files.text()).toBe(sourceText);
    });

    it.each(names)("are given as to %s, and the source's else", async (name) => {
        await up({ ...fromSource, [name]: given[name] });
        expect(await smb()).toEqual({ ...ofSource, [name]: given[name] });
    });

    it("are new ones where nothing is asked for, with the permission of the directory", async () => {
        const state = await up({});
        const { fileAttributes, fileCreationTime, fileLastWriteTime, filePermission } = await smb();
        expect(fileAttributes).toBe("Archive");
        const started = files.clock.now() - 15_000;
        expect(Date.parse(fileCreationTime!)).toBeGreaterThan(started);
        expect(Date.parse(fileLastWriteTime!)).toBeGreaterThan(started);
        const directory = await files.share("dev").getDirectoryClient("app").getProperties();
        const inherited = await files.share("dev").getPermission(directory.filePermissionKey!);
        expect(filePermission).toBe(inherited.permission);
        const there = await files.file().getProperties();
        expect(state.smbProperties).toEqual({
            fileAttributes,
            fileCreationTime,
            fileLastWriteTime,
            fileChangeTime: there.fileChangeOn!.toISOString(),
            filePermissionKey: there.filePermissionKey,
        });
    });

    it("are set in place, one by one, from the source or by their value", async () => {
        let state = await up(given);
        for (const name of names) {
            state = await up({ ...given, [name]: "source" }, state);
            expect(await smb()).toEqual({ ...given, [name]: ofSource[name] });
            state = await up(given, state);
            expect(await smb()).toEqual(given);
        }
        expect(files.simulator.requests.count("Rename File")).toBe(0);
    });

    it("keep the change time that was asked for, whatever else is set afterwards", async () => {
        const { fileChangeTime } = given;
        const first = await up({ fileChangeTime });
        const second = await up({ fileChangeTime, metadata: { stage: "dev" } }, first);
        expect((await smb()).fileChangeTime).toBe(fileChangeTime);
        await up(
            { fileChangeTime, metadata: { stage: "dev" }, fileHttpHeaders: { fileContentType: "text/x" } },
            second,
        );
        expect((await smb()).fileChangeTime).toBe(fileChangeTime);
        expect(await files.file().getProperties()).toMatchObject({
            metadata: { stage: "dev" },
            contentType: "text/x",
        });
    });

    it("have Archive beside the source's attributes where that is asked for", async () => {
        const state = await up({ fileAttributes: "source", setArchiveAttribute: true });
        expect((await smb()).fileAttributes).toBe("Hidden | System | Archive");
        await up({ fileAttributes: "Hidden", setArchiveAttribute: true }, state);
        expect((await smb()).fileAttributes).toBe("Hidden | Archive");
    });

    it("have the permission of a key that the share knows", async () => {
        const { filePermissionKey } = await files.share("dev").createPermission(longDescriptor);
        await up({ filePermissionKey: filePermissionKey! });
        expect((await smb()).filePermission).toBe(longDescriptor);
    });

    it("fail with a key that the share does not know, and nothing is left", async () => {
        await expect(up({ filePermissionKey: "1*2" })).rejects.toThrow(/400 FileInvalidPermissionKey/);
        expect(await files.file().exists()).toBe(false);
    });

    it("have a permission of more than 8 KiB, which no header takes, by a key that is made for it", async () => {
        const state = await up({ filePermission: longDescriptor });
        expect((await smb()).filePermission).toBe(longDescriptor);
        const sent = files.simulator.requests.all().map(({ headers }) => headers["x-ms-file-permission"]);
        expect(sent.filter((permission) => permission !== undefined && permission.length > 8_192)).toEqual([]);
        const short = await up({ filePermission: sddlOf("BA") }, state);
        expect((await smb()).filePermission).toBe(sddlOf("BA"));
        await up({ filePermission: longDescriptor }, short);
        expect((await smb()).filePermission).toBe(longDescriptor);
    });
});
