import type { Cases, Seen, Step } from "../case";
import * as r from "../requests";

const OTHER = '"0x8D4BCC2E4835CD0"';
const past = "Sat, 01 Jan 2022 00:00:00 GMT";
const future = new Date(Date.now() + 24 * 3600_000).toUTCString();
const LEASE = "6d3f4a1c-0c3e-4b53-9f2e-0d1a2b3c4d5e";

/** Copy Blob within an account, and Abort Copy Blob when nothing is pending. */
export function copyCases(cases: Cases): void {
    for (const [name, headers] of Object.entries(ON_SOURCE)) {
        cases.blob("Copy Blob", name, (path) => [
            source(path),
            (seen) => copy(path, seen, { headers: headers(seen) }),
            r.getBlobProperties(path),
        ]);
    }
    for (const [name, headers] of Object.entries(WITH)) {
        cases.blob("Copy Blob", name, (path) => [
            source(path),
            (seen) => copy(path, seen, { headers }),
            r.getBlobProperties(path),
            r.getBlob(path),
            r.getBlobTags(path),
        ]);
    }
    for (const [name, steps] of Object.entries(SEQUENCES)) {
        cases.blob("Copy Blob", name, (path) => [...steps(path), r.getBlobProperties(path), r.getBlob(path)]);
    }
    const id = "bc2facf3-a1e2-4928-8d2d-073cd63729af";
    const aborts: Record<string, (path: string) => Step[]> = {
        "no such blob": (path) => [r.abortCopyBlob(path, id)],
        "a blob that was never copied": (path) => [r.putBlob(path), r.abortCopyBlob(path, id)],
        "a copy that has ended": (path) => [
            source(path),
            (seen) => copy(path, seen),
            (seen) => r.abortCopyBlob(path, seen.header(1, "x-ms-copy-id")),
        ],
        "another copy than the one that has ended": (path) => [
            source(path),
            (seen) => copy(path, seen),
            r.abortCopyBlob(path, id),
        ],
        "a copy ID that is no GUID": (path) => [r.putBlob(path), r.abortCopyBlob(path, "none")],
        "no copy ID": (path) => [r.putBlob(path), { ...r.abortCopyBlob(path, ""), query: { comp: "copy" } }],
        "no action": (path) => [r.putBlob(path), { ...r.abortCopyBlob(path, id), headers: {} }],
        "unknown action": (path) => [
            r.putBlob(path),
            r.abortCopyBlob(path, id, { headers: { "x-ms-copy-action": "stop" } }),
        ],
    };
    for (const [name, steps] of Object.entries(aborts)) {
        cases.blob("Abort Copy Blob", name, (path) => [...steps(path), r.getBlobProperties(path)]);
    }
}

/** Puts the source, with all that a copy carries over and some that it doesn't. */
function source(path: string): Step {
    return r.putBlob(`${path}-source`, "content of the source", {
        headers: {
            "x-ms-blob-content-type": "text/plain",
            "x-ms-blob-content-language": "de",
            "x-ms-blob-cache-control": "max-age=60",
            "x-ms-blob-content-disposition": "inline",
            "x-ms-meta-origin": "golden",
            "x-ms-tags": "stage=dev",
        },
    });
}

function copy(path: string, seen: Seen, more: Parameters<typeof r.copyBlob>[2] = {}) {
    return r.copyBlob(path, `${seen.endpoint}${path}-source`, more);
}

const ON_SOURCE: Readonly<Record<string, (seen: Seen) => Record<string, string>>> = {
    "source If-Match with its ETag": (seen) => ({ "x-ms-source-if-match": seen.header(0, "etag") }),
    "source If-Match with another ETag": () => ({ "x-ms-source-if-match": OTHER }),
    "source If-Match *": () => ({ "x-ms-source-if-match": "*" }),
    "source If-None-Match with its ETag": (seen) => ({ "x-ms-source-if-none-match": seen.header(0, "etag") }),
    "source If-None-Match with another ETag": () => ({ "x-ms-source-if-none-match": OTHER }),
    "source If-Modified-Since a past time": () => ({ "x-ms-source-if-modified-since": past }),
    "source If-Modified-Since its own time": (seen) => ({
        "x-ms-source-if-modified-since": seen.header(0, "last-modified"),
    }),
    "source If-Modified-Since tomorrow": () => ({ "x-ms-source-if-modified-since": future }),
    "source If-Unmodified-Since a past time": () => ({ "x-ms-source-if-unmodified-since": past }),
    "source If-Unmodified-Since its own time": (seen) => ({
        "x-ms-source-if-unmodified-since": seen.header(0, "last-modified"),
    }),
    "source If-Unmodified-Since tomorrow": () => ({ "x-ms-source-if-unmodified-since": future }),
    "source tags that hold": () => ({ "x-ms-source-if-tags": `"stage" = 'dev'` }),
    "source tags that don't hold": () => ({ "x-ms-source-if-tags": `"stage" = 'prod'` }),
};

const WITH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "nothing else": {},
    "metadata of its own": { "x-ms-meta-own": "yes" },
    "tier Cool": { "x-ms-access-tier": "Cool" },
    "tier Hot": { "x-ms-access-tier": "Hot" },
    "a tier that is none": { "x-ms-access-tier": "Warm" },
    "a tier of page blobs": { "x-ms-access-tier": "P20" },
    "tags of its own": { "x-ms-tags": "copied=yes" },
    "metadata whose name is no identifier": { "x-ms-meta-a-b": "no" },
    "a lease ID without a lease": { "x-ms-lease-id": LEASE },
    "a lease ID that is no GUID": { "x-ms-lease-id": "mine" },
};

const SEQUENCES: Readonly<Record<string, (path: string) => Step[]>> = {
    "a source that isn't there": (path) => [(seen) => copy(path, seen)],
    "a source in a container that isn't there": (path) => [(seen) => r.copyBlob(path, `${seen.endpoint}/nowhere/blob`)],
    "a source that isn't there, over a blob": (path) => [r.putBlob(path), (seen) => copy(path, seen)],
    "a source that is no URL": (path) => [r.copyBlob(path, "source")],
    "onto itself": (path) => [r.putBlob(path), (seen) => r.copyBlob(path, `${seen.endpoint}${path}`)],
    "onto itself with metadata": (path) => [
        r.putBlob(path),
        (seen) => r.copyBlob(path, `${seen.endpoint}${path}`, { headers: { "x-ms-meta-new": "yes" } }),
    ],
    twice: (path) => [source(path), (seen) => copy(path, seen), (seen) => copy(path, seen)],
    "over a blob with metadata, headers and tags": (path) => [
        r.putBlob(path, "old", {
            headers: { "x-ms-meta-old": "yes", "x-ms-blob-content-encoding": "gzip", "x-ms-tags": "old=yes" },
        }),
        source(path),
        (seen) => copy(path, seen),
    ],
    "a page blob": (path) => [
        r.putPageBlob(`${path}-source`),
        r.putPage(`${path}-source`),
        (seen) => copy(path, seen),
        r.getPageRanges(path),
    ],
    "an append blob": (path) => [
        r.putAppendBlob(`${path}-source`),
        r.appendBlock(`${path}-source`),
        (seen) => copy(path, seen),
        r.appendBlock(path, " more"),
    ],
    "a page blob over a block blob": (path) => [
        r.putBlob(path),
        r.putPageBlob(`${path}-source`),
        (seen) => copy(path, seen),
    ],
    "blocks, of which the list comes along": (path) => [
        r.putBlock(`${path}-source`),
        r.putBlockList(`${path}-source`),
        (seen) => copy(path, seen),
        r.getBlockList(path),
    ],
    "a leased source": (path) => [
        source(path),
        r.leaseBlob(`${path}-source`, "acquire", { "x-ms-lease-duration": "-1" }),
        (seen) => copy(path, seen),
    ],
    "a source in Archive": (path) => [
        source(path),
        r.setBlobTier(`${path}-source`, "Archive"),
        (seen) => copy(path, seen),
    ],
    "onto a blob in Archive": (path) => [
        source(path),
        r.putBlob(path),
        r.setBlobTier(path, "Archive"),
        (seen) => copy(path, seen),
    ],
};
