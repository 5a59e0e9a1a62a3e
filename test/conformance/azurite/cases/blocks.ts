import type { Cases, Step } from "../case";
import * as r from "../requests";

const MD5_OF_NOTHING_HERE = "AAAAAAAAAAAAAAAAAAAAAA==";

/** Blocks, block lists and appended blocks. */
export function blockCases(cases: Cases): void {
    for (const [name, steps] of Object.entries(LISTS)) {
        cases.blob("Put Block List", name, (path) => [
            ...steps(path),
            r.getBlockList(path),
            r.getBlobProperties(path),
            r.getBlob(path),
        ]);
    }
    for (const [name, step] of Object.entries(BLOCKS)) {
        cases.blob("Put Block", name, (path) => [r.putBlock(path), step(path), r.getBlockList(path)]);
    }
    for (const type of ["committed", "uncommitted", "all", "", "some"]) {
        cases.blob("Get Block List", `type "${type}"`, (path) => [...both(path), r.getBlockList(path, type)]);
        cases.blob("Get Block List", `uncommitted blocks only, type "${type}"`, (path) => [
            r.putBlock(path),
            r.getBlockList(path, type),
        ]);
    }
    for (const [name, steps] of Object.entries(APPENDS)) {
        cases.blob("Append Block", name, (path) => [
            r.putAppendBlob(path),
            r.appendBlock(path, "first "),
            ...steps(path),
            r.getBlobProperties(path),
            r.getBlob(path),
        ]);
    }
    for (const [wrong, put] of Object.entries(WRONG_TYPES)) {
        for (const [name, step] of Object.entries(TYPED)) {
            if (!name.startsWith(wrong)) {
                cases.blob(name.slice(name.indexOf(":") + 1), `on ${wrong}`, (path) => [put(path), step(path)]);
            }
        }
    }
}

/** A blob of blocks AAAA and BBBB, with BBBB and CCCC staged anew. */
function both(path: string): Step[] {
    return [
        r.putBlock(path, "AAAA", "first"),
        r.putBlock(path, "BBBB", "second"),
        r.putBlockList(path, ["Latest:AAAA", "Latest:BBBB"]),
        r.putBlock(path, "BBBB", "2nd"),
        r.putBlock(path, "CCCC", "third"),
    ];
}

const LISTS: Readonly<Record<string, (path: string) => Step[]>> = {
    "two blocks": (path) => both(path).slice(0, 3),
    "latest of both": (path) => [...both(path), r.putBlockList(path, ["Latest:BBBB", "Latest:AAAA"])],
    "committed one of both": (path) => [...both(path), r.putBlockList(path, ["Committed:BBBB"])],
    "uncommitted one of both": (path) => [...both(path), r.putBlockList(path, ["Uncommitted:BBBB"])],
    "committed that is only staged": (path) => [...both(path), r.putBlockList(path, ["Committed:CCCC"])],
    "uncommitted that is committed": (path) => [...both(path), r.putBlockList(path, ["Uncommitted:AAAA"])],
    "the same block twice": (path) => [...both(path), r.putBlockList(path, ["Latest:AAAA", "Latest:AAAA"])],
    "a block that isn't there": (path) => [...both(path), r.putBlockList(path, ["Latest:DDDD"])],
    "no block": (path) => [...both(path), r.putBlockList(path, [])],
    "no XML": (path) => [...both(path), { ...r.putBlockList(path), body: "AAAA" }],
    "with headers, metadata and tier": (path) => [
        r.putBlock(path),
        r.putBlockList(path, undefined, {
            headers: {
                "x-ms-blob-content-type": "text/plain",
                "x-ms-blob-cache-control": "no-cache",
                "x-ms-blob-content-md5": MD5_OF_NOTHING_HERE,
                "x-ms-meta-origin": "golden",
                "x-ms-access-tier": "Cool",
            },
        }),
    ],
    "over a blob with metadata": (path) => [
        r.putBlob(path, "old", { headers: { "x-ms-meta-old": "yes", "x-ms-blob-content-type": "text/html" } }),
        r.putBlock(path),
        r.putBlockList(path),
    ],
    "MD5 of something else": (path) => [
        r.putBlock(path),
        r.putBlockList(path, undefined, { headers: { "content-md5": MD5_OF_NOTHING_HERE } }),
    ],
    "blocks staged, then Put Blob": (path) => [r.putBlock(path), r.putBlob(path), r.putBlockList(path)],
};

const BLOCKS: Readonly<Record<string, (path: string) => Step>> = {
    "another block": (path) => r.putBlock(path, "BBBB"),
    "the same block again": (path) => r.putBlock(path, "AAAA", "other"),
    "an ID of another length": (path) => r.putBlock(path, "AAAAAAAA"),
    "an ID that isn't Base64": (path) => r.putBlock(path, "A!"),
    "an ID of 65 bytes": (path) => r.putBlock(path, Buffer.alloc(65).toString("base64")),
    "no ID": (path) => ({ ...r.putBlock(path), query: { comp: "block" } }),
    "an empty block": (path) => r.putBlock(path, "BBBB", ""),
    "right MD5": (path) => r.putBlock(path, "BBBB", "block", { headers: { "content-md5": r.md5Of("block") } }),
    "MD5 of something else": (path) =>
        r.putBlock(path, "BBBB", "block", { headers: { "content-md5": MD5_OF_NOTHING_HERE } }),
    "MD5 that is none": (path) => r.putBlock(path, "BBBB", "block", { headers: { "content-md5": "x" } }),
};

function appended(headers: Readonly<Record<string, string>>): (path: string) => Step[] {
    return (path) => [r.appendBlock(path, "second", { headers })];
}

const APPENDS: Readonly<Record<string, (path: string) => Step[]>> = {
    "a second block": appended({}),
    "at the right position": appended({ "x-ms-blob-condition-appendpos": "6" }),
    "at another position": appended({ "x-ms-blob-condition-appendpos": "0" }),
    "a position that is no number": appended({ "x-ms-blob-condition-appendpos": "end" }),
    "up to the largest size": appended({ "x-ms-blob-condition-maxsize": "12" }),
    "over the largest size": appended({ "x-ms-blob-condition-maxsize": "11" }),
    "MD5 of something else": appended({ "content-md5": MD5_OF_NOTHING_HERE }),
    nothing: (path) => [r.appendBlock(path, "")],
};

const WRONG_TYPES: Readonly<Record<string, (path: string) => Step>> = {
    block: (path) => r.putBlob(path),
    page: (path) => r.putPageBlob(path),
    append: (path) => r.putAppendBlob(path),
};

/** Operations, with the one type that takes each. */
const TYPED: Readonly<Record<string, (path: string) => Step>> = {
    "block:Put Block": (path) => r.putBlock(path),
    "block:Put Block List": (path) => r.putBlockList(path, []),
    "block:Get Block List": (path) => r.getBlockList(path),
    "page:Put Page": (path) => r.putPage(path),
    "page:Get Page Ranges": (path) => r.getPageRanges(path),
    "append:Append Block": (path) => r.appendBlock(path),
    "block:Set Blob Tier": (path) => r.setBlobTier(path),
};
