import type { Cases, Step } from "../case";
import * as r from "../requests";

const RANGES = [
    ...["bytes=0-0", "bytes=0-3", "bytes=2-", "bytes=2-5", "bytes=9-9", "bytes=0-9", "bytes=5-100", "bytes=10-"],
    ...["bytes=10-20", "bytes=100-", "bytes=5-2", "bytes=-3", "bytes=a-b", "bytes=0-1,3-4", "items=0-3", "0-3"],
];

/** Reads of parts, and the ranges of page blobs. */
export function rangeCases(cases: Cases): void {
    for (const range of RANGES) {
        for (const header of ["x-ms-range", "range"]) {
            cases.blob("Get Blob", `10 bytes, ${header}: ${range}`, (path) => [
                r.putBlob(path),
                r.getBlob(path, { headers: { [header]: range } }),
            ]);
        }
        cases.blob("Get Blob", `empty blob, x-ms-range: ${range}`, (path) => [
            r.putBlob(path, ""),
            r.getBlob(path, { headers: { "x-ms-range": range } }),
        ]);
        cases.blob("Get Blob Properties", `x-ms-range: ${range}`, (path) => [
            r.putBlob(path),
            r.getBlobProperties(path, { headers: { "x-ms-range": range } }),
        ]);
    }
    for (const [name, headers] of Object.entries(MD5)) {
        cases.blob("Get Blob", `MD5 of a range: ${name}`, (path) => [r.putBlob(path), r.getBlob(path, { headers })]);
    }
    for (const range of ["bytes=0-1023", "bytes=512-1535", "bytes=0-511", "bytes=100-700", "bytes=4096-", "bytes=0-"]) {
        cases.blob("Get Page Ranges", `x-ms-range: ${range}`, (path) => [
            ...pages(path),
            r.getPageRanges(path, { headers: { "x-ms-range": range } }),
        ]);
        cases.blob("Get Blob", `page blob, x-ms-range: ${range}`, (path) => [
            ...pages(path),
            r.getBlob(path, { headers: { "x-ms-range": range } }),
        ]);
    }
    for (const [name, steps] of Object.entries(PAGES)) {
        cases.blob("Put Page", name, (path) => [
            ...pages(path),
            ...steps(path),
            r.getPageRanges(path),
            r.getBlob(path),
        ]);
    }
    for (const [name, steps] of Object.entries(NUMBERS)) {
        cases.blob("Put Page", `sequence number 5, ${name}`, (path) => [
            r.putPageBlob(path, 1024, { headers: { "x-ms-blob-sequence-number": "5" } }),
            steps(path),
            r.getBlobProperties(path),
        ]);
    }
}

const MD5: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "asked for": { "x-ms-range": "bytes=2-5", "x-ms-range-get-content-md5": "true" },
    "not asked for": { "x-ms-range": "bytes=2-5", "x-ms-range-get-content-md5": "false" },
    "without a range": { "x-ms-range-get-content-md5": "true" },
    "of more than 4 MiB": { "x-ms-range": "bytes=0-4194304", "x-ms-range-get-content-md5": "true" },
};

/** A page blob of 2 KiB, of which the second page and the last are written. */
function pages(path: string): Step[] {
    return [r.putPageBlob(path, 2048), r.putPage(path, "bytes=512-1023"), r.putPage(path, "bytes=1536-2047")];
}

const PAGES: Readonly<Record<string, (path: string) => Step[]>> = {
    "over pages that are written": (path) => [r.putPage(path, "bytes=512-1535", "q".repeat(1024))],
    "clear all": (path) => [r.clearPage(path, "bytes=0-2047")],
    "clear one": (path) => [r.clearPage(path, "bytes=512-1023")],
    "clear what is clear": (path) => [r.clearPage(path, "bytes=0-511")],
    "clear with a body": (path) => [{ ...r.clearPage(path), body: "x" }],
    "past the end": (path) => [r.putPage(path, "bytes=2048-2559")],
    "across the end": (path) => [r.putPage(path, "bytes=1536-2559", "q".repeat(1024))],
    "range not of whole pages": (path) => [r.putPage(path, "bytes=0-510", "q".repeat(511))],
    "range that doesn't begin with a page": (path) => [r.putPage(path, "bytes=1-512")],
    "body shorter than the range": (path) => [r.putPage(path, "bytes=0-1023")],
    "no range": (path) => [{ ...r.putPage(path), headers: { "x-ms-page-write": "update" } }],
    "range without end": (path) => [r.putPage(path, "bytes=0-")],
    "no mode": (path) => [{ ...r.putPage(path), headers: { "x-ms-range": "bytes=0-511" } }],
    "unknown mode": (path) => [r.putPage(path, undefined, undefined, { headers: { "x-ms-page-write": "erase" } })],
    "right MD5": (path) => [
        r.putPage(path, "bytes=0-511", "p".repeat(512), { headers: { "content-md5": r.md5Of("p".repeat(512)) } }),
    ],
    "MD5 of something else": (path) => [
        r.putPage(path, undefined, undefined, { headers: { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" } }),
    ],
    "resized to less": (path) => [r.setBlobProperties(path, { headers: { "x-ms-blob-content-length": "1024" } })],
    "resized to more": (path) => [r.setBlobProperties(path, { headers: { "x-ms-blob-content-length": "4096" } })],
    "resized to no whole page": (path) => [
        r.setBlobProperties(path, { headers: { "x-ms-blob-content-length": "1000" } }),
    ],
};

function numbered(headers: Readonly<Record<string, string>>): (path: string) => Step {
    return (path) => r.putPage(path, undefined, undefined, { headers });
}

function renumbered(headers: Readonly<Record<string, string>>): (path: string) => Step {
    return (path) => r.setBlobProperties(path, { headers });
}

const NUMBERS: Readonly<Record<string, (path: string) => Step>> = {
    "if less than or equal 5": numbered({ "x-ms-if-sequence-number-le": "5" }),
    "if less than or equal 4": numbered({ "x-ms-if-sequence-number-le": "4" }),
    "if less than 6": numbered({ "x-ms-if-sequence-number-lt": "6" }),
    "if less than 5": numbered({ "x-ms-if-sequence-number-lt": "5" }),
    "if equal 5": numbered({ "x-ms-if-sequence-number-eq": "5" }),
    "if equal 6": numbered({ "x-ms-if-sequence-number-eq": "6" }),
    increment: renumbered({ "x-ms-sequence-number-action": "increment" }),
    "increment by a number": renumbered({
        "x-ms-sequence-number-action": "increment",
        "x-ms-blob-sequence-number": "3",
    }),
    "max of 9": renumbered({ "x-ms-sequence-number-action": "max", "x-ms-blob-sequence-number": "9" }),
    "max of 3": renumbered({ "x-ms-sequence-number-action": "max", "x-ms-blob-sequence-number": "3" }),
    "update to 3": renumbered({ "x-ms-sequence-number-action": "update", "x-ms-blob-sequence-number": "3" }),
    "update without number": renumbered({ "x-ms-sequence-number-action": "update" }),
    "unknown action": renumbered({ "x-ms-sequence-number-action": "double" }),
};
