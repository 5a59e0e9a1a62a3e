import type { Cases, Step } from "../case";
import * as r from "../requests";

type Headers = Readonly<Record<string, string>>;

/** Put Blob with all its headers, properties, metadata, tags and tiers, with right and wrong values. */
export function propertyCases(cases: Cases): void {
    for (const [name, headers] of Object.entries(PUT)) {
        cases.blob("Put Blob", name, (path) => [
            { ...r.putBlob(path), headers },
            r.getBlobProperties(path),
            r.getBlob(path),
        ]);
    }
    for (const [name, headers] of Object.entries(SET)) {
        cases.blob("Set Blob Properties", name, (path) => [
            r.putBlob(path, "content", { headers: { "x-ms-blob-content-type": "text/plain", "x-ms-meta-a": "1" } }),
            r.setBlobProperties(path, { headers }),
            r.getBlobProperties(path),
        ]);
    }
    for (const [name, headers] of Object.entries(METADATA)) {
        cases.blob("Set Blob Metadata", name, (path) => [
            r.putBlob(path, "content", { headers: { "x-ms-meta-old": "yes" } }),
            { ...r.setBlobMetadata(path), headers },
            r.getBlobProperties(path),
            r.getBlobMetadata(path),
        ]);
    }
    for (const [name, tags] of Object.entries(TAGS)) {
        cases.blob("Set Blob Tags", name, (path) => [
            r.putBlob(path),
            typeof tags === "string" ? { ...r.setBlobTags(path), body: tags } : r.setBlobTags(path, tags),
            r.getBlobTags(path),
            r.getBlobProperties(path),
        ]);
    }
    for (const [name, steps] of Object.entries(TIERS)) {
        cases.blob("Set Blob Tier", name, (path) => [r.putBlob(path), ...steps(path), r.getBlobProperties(path)]);
    }
    for (const [name, steps] of Object.entries(ELSE)) {
        cases.blob(name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 2), steps);
    }
}

const BLOCK = { "x-ms-blob-type": "BlockBlob" };
const PAGE = { "x-ms-blob-type": "PageBlob" };

const PUT: Readonly<Record<string, Headers>> = {
    "no blob type": {},
    "unknown blob type": { "x-ms-blob-type": "Blob" },
    "every header": {
        ...BLOCK,
        "x-ms-blob-content-type": "text/plain",
        "x-ms-blob-content-encoding": "identity",
        "x-ms-blob-content-language": "de",
        "x-ms-blob-cache-control": "no-cache",
        "x-ms-blob-content-disposition": "attachment",
    },
    "the standard headers": {
        ...BLOCK,
        "content-type": "text/plain",
        "content-encoding": "identity",
        "content-language": "de",
        "cache-control": "no-cache",
    },
    "right Content-MD5": { ...BLOCK, "content-md5": r.md5Of("0123456789") },
    "Content-MD5 of something else": { ...BLOCK, "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" },
    "Content-MD5 that is none": { ...BLOCK, "content-md5": "x" },
    "x-ms-blob-content-md5 of something else": { ...BLOCK, "x-ms-blob-content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" },
    "metadata in capitals": { ...BLOCK, "x-ms-meta-Origin": "Golden" },
    "metadata whose name is no identifier": { ...BLOCK, "x-ms-meta-a-b": "1" },
    "metadata without a name": { ...BLOCK, "x-ms-meta-": "1" },
    tags: { ...BLOCK, "x-ms-tags": "stage=dev&team=x" },
    "eleven tags": { ...BLOCK, "x-ms-tags": Array.from({ length: 11 }, (_, i) => `k${i}=v`).join("&") },
    "a tag's key of 129 characters": { ...BLOCK, "x-ms-tags": `${"k".repeat(129)}=v` },
    "a tag with characters that aren't allowed": { ...BLOCK, "x-ms-tags": "stage=d%21v" },
    "tier Hot": { ...BLOCK, "x-ms-access-tier": "Hot" },
    "tier Cool": { ...BLOCK, "x-ms-access-tier": "Cool" },
    "tier Cold": { ...BLOCK, "x-ms-access-tier": "Cold" },
    "tier Archive": { ...BLOCK, "x-ms-access-tier": "Archive" },
    "unknown tier": { ...BLOCK, "x-ms-access-tier": "Warm" },
    "tier of page blobs": { ...BLOCK, "x-ms-access-tier": "P10" },
    "page blob without length": PAGE,
    "page blob with a body": { ...PAGE, "x-ms-blob-content-length": "512" },
    "page blob of no whole page": { ...PAGE, "x-ms-blob-content-length": "511" },
    "append blob with a body": { "x-ms-blob-type": "AppendBlob" },
};

const SET: Readonly<Record<string, Headers>> = {
    nothing: {},
    "all of them": {
        "x-ms-blob-content-type": "text/html",
        "x-ms-blob-content-encoding": "gzip",
        "x-ms-blob-content-language": "en",
        "x-ms-blob-cache-control": "no-cache",
        "x-ms-blob-content-disposition": "attachment",
        "x-ms-blob-content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
    },
    "content type alone": { "x-ms-blob-content-type": "text/html" },
    "an MD5 that is none": { "x-ms-blob-content-md5": "x" },
    "a length, which block blobs don't take": { "x-ms-blob-content-length": "512" },
    "a sequence number, which block blobs don't take": {
        "x-ms-sequence-number-action": "update",
        "x-ms-blob-sequence-number": "1",
    },
};

const METADATA: Readonly<Record<string, Headers>> = {
    none: {},
    two: { "x-ms-meta-a": "1", "x-ms-meta-b": "2" },
    "a name that is no identifier": { "x-ms-meta-1a": "1" },
    "a name with a hyphen": { "x-ms-meta-a-b": "1" },
    "more than 8 KiB": { "x-ms-meta-a": "v".repeat(8200) },
    "an empty value": { "x-ms-meta-a": "" },
};

const TAGS: Readonly<Record<string, Headers | string>> = {
    none: {},
    two: { stage: "dev", team: "x" },
    "an empty value": { stage: "" },
    eleven: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`key${index}`, "v"])),
    "an empty key": { "": "v" },
    "a key of 129 characters": { ["k".repeat(129)]: "v" },
    "a value of 257 characters": { k: "v".repeat(257) },
    "characters that aren't allowed": { k: "v!" },
    "the same key twice": r
        .tagsBody({ a: "1" })
        .replace("</TagSet>", "<Tag><Key>a</Key><Value>2</Value></Tag></TagSet>"),
    "no XML": "tags",
};

const TIERS: Readonly<Record<string, (path: string) => Step[]>> = {
    Cool: (path) => [r.setBlobTier(path, "Cool")],
    Hot: (path) => [r.setBlobTier(path, "Hot")],
    Cold: (path) => [r.setBlobTier(path, "Cold")],
    "in small letters": (path) => [r.setBlobTier(path, "cool")],
    Archive: (path) => [r.setBlobTier(path, "Archive"), r.getBlob(path)],
    unknown: (path) => [r.setBlobTier(path, "Warm")],
    "of page blobs": (path) => [r.setBlobTier(path, "P10")],
    "none given": (path) => [r.setBlobTier(path, "")],
    "Archive, then Hot": (path) => [r.setBlobTier(path, "Archive"), r.setBlobTier(path, "Hot")],
    "Archive, then Archive": (path) => [r.setBlobTier(path, "Archive"), r.setBlobTier(path, "Archive")],
    "Archive, then Put Blob": (path) => [r.setBlobTier(path, "Archive"), r.putBlob(path, "new")],
    "Archive, then Set Blob Metadata": (path) => [r.setBlobTier(path, "Archive"), r.setBlobMetadata(path)],
    "Archive, then Snapshot Blob": (path) => [r.setBlobTier(path, "Archive"), r.snapshotBlob(path)],
    "Archive, then Put Block": (path) => [r.setBlobTier(path, "Archive"), r.putBlock(path)],
    "Cool, then Put Blob": (path) => [r.setBlobTier(path, "Cool"), r.putBlob(path, "new")],
};

const ELSE: Readonly<Record<string, (path: string) => Step[]>> = {
    "Get Blob: unknown comp": (path) => [r.putBlob(path), r.getBlob(path, { query: { comp: "unknown" } })],
    "Put Blob: unknown comp": (path) => [r.putBlob(path, "", { query: { comp: "unknown" } })],
    "Put Blob: an empty blob": (path) => [r.putBlob(path, ""), r.getBlob(path), r.getBlobProperties(path)],
    "Put Blob: an append blob over a block blob": (path) => [
        r.putBlob(path),
        r.putAppendBlob(path),
        r.getBlobProperties(path),
    ],
    "Put Blob: a page blob over a block blob": (path) => [
        r.putBlob(path),
        r.putPageBlob(path),
        r.getBlobProperties(path),
    ],
    "Put Blob: a name with spaces, umlauts and slashes": (path) => [
        r.putBlob(`${path}/a%20b/%C3%BC//c`),
        r.getBlob(`${path}/a%20b/%C3%BC//c`),
    ],
    "Put Blob: a name of 1025 characters": () => [r.putBlob(`/shared/${"n".repeat(1025)}`)],
    "Put Blob: a name of 1024 characters": () => [r.putBlob(`/shared/${"n".repeat(1024)}`)],
    "Get Account Information: of the account": () => [r.getAccountInformation()],
    "Get Blob: a client request ID": (path) => [
        r.putBlob(path),
        r.getBlob(path, { headers: { "x-ms-client-request-id": "an-id" } }),
    ],
    "Put Blob: an invalid date in a condition": (path) => [
        r.putBlob(path, "", { headers: { "if-modified-since": "yesterday" } }),
    ],
};
