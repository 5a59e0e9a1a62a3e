// The requests that cases are made of, one function an operation.

import { createHash } from "node:crypto";
import type { Request } from "../support/request";

type Headers = Readonly<Record<string, string>>;
type Query = Readonly<Record<string, string>>;
type More = Partial<Omit<Request, "operation" | "method" | "path">>;

function request(operation: string, method: string, path: string, query: Query, headers: Headers, more: More): Request {
    return {
        operation,
        method,
        path,
        ...more,
        query: { ...query, ...more.query },
        headers: { ...headers, ...more.headers },
    };
}

const CONTAINER = { restype: "container" };

export const createContainer = (path: string, more: More = {}) =>
    request("Create Container", "PUT", path, CONTAINER, {}, more);
export const deleteContainer = (path: string, more: More = {}) =>
    request("Delete Container", "DELETE", path, CONTAINER, {}, more);
export const getContainerProperties = (path: string, more: More = {}) =>
    request("Get Container Properties", "GET", path, CONTAINER, {}, more);
export const getContainerMetadata = (path: string, more: More = {}) =>
    request("Get Container Metadata", "GET", path, { ...CONTAINER, comp: "metadata" }, {}, more);
export const setContainerMetadata = (path: string, more: More = {}) =>
    request("Set Container Metadata", "PUT", path, { ...CONTAINER, comp: "metadata" }, {}, more);
export const getContainerAcl = (path: string, more: More = {}) =>
    request("Get Container ACL", "GET", path, { ...CONTAINER, comp: "acl" }, {}, more);
export const setContainerAcl = (path: string, more: More = {}) =>
    request("Set Container ACL", "PUT", path, { ...CONTAINER, comp: "acl" }, {}, more);
export const listBlobs = (path: string, query: Query = {}, more: More = {}) =>
    request("List Blobs", "GET", path, { ...CONTAINER, comp: "list", ...query }, {}, more);
export const listContainers = (query: Query = {}, more: More = {}) =>
    request("List Containers", "GET", "/", { comp: "list", ...query }, {}, more);
export const getAccountInformation = (path = "/", more: More = {}) =>
    request("Get Account Information", "GET", path, { restype: "account", comp: "properties" }, {}, more);

export const putBlob = (path: string, body = "0123456789", more: More = {}) =>
    request("Put Blob", "PUT", path, {}, { "x-ms-blob-type": "BlockBlob" }, { body, ...more });
export const putPageBlob = (path: string, length = 1024, more: More = {}) =>
    request(
        "Put Blob",
        "PUT",
        path,
        {},
        { "x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": String(length) },
        more,
    );
export const putAppendBlob = (path: string, more: More = {}) =>
    request("Put Blob", "PUT", path, {}, { "x-ms-blob-type": "AppendBlob" }, more);
export const getBlob = (path: string, more: More = {}) => request("Get Blob", "GET", path, {}, {}, more);
export const getBlobProperties = (path: string, more: More = {}) =>
    request("Get Blob Properties", "HEAD", path, {}, {}, more);
export const getBlobMetadata = (path: string, more: More = {}) =>
    request("Get Blob Metadata", "GET", path, { comp: "metadata" }, {}, more);
export const setBlobMetadata = (path: string, more: More = {}) =>
    request("Set Blob Metadata", "PUT", path, { comp: "metadata" }, { "x-ms-meta-set": "again" }, more);
export const setBlobProperties = (path: string, more: More = {}) =>
    request("Set Blob Properties", "PUT", path, { comp: "properties" }, {}, more);
export const getBlobTags = (path: string, more: More = {}) =>
    request("Get Blob Tags", "GET", path, { comp: "tags" }, {}, more);
export const setBlobTags = (path: string, tags: Headers = { stage: "dev" }, more: More = {}) =>
    request("Set Blob Tags", "PUT", path, { comp: "tags" }, {}, { body: tagsBody(tags), ...more });
export const setBlobTier = (path: string, tier = "Cool", more: More = {}) =>
    request("Set Blob Tier", "PUT", path, { comp: "tier" }, tier === "" ? {} : { "x-ms-access-tier": tier }, more);
export const snapshotBlob = (path: string, more: More = {}) =>
    request("Snapshot Blob", "PUT", path, { comp: "snapshot" }, {}, more);
export const deleteBlob = (path: string, more: More = {}) => request("Delete Blob", "DELETE", path, {}, {}, more);
export const leaseBlob = (path: string, action: string, headers: Headers = {}, more: More = {}) =>
    request("Lease Blob", "PUT", path, { comp: "lease" }, { "x-ms-lease-action": action, ...headers }, more);

export const putBlock = (path: string, id = "AAAA", body = "block", more: More = {}) =>
    request("Put Block", "PUT", path, { comp: "block", blockid: id }, {}, { body, ...more });
export const putBlockList = (path: string, blocks: readonly string[] = ["Latest:AAAA"], more: More = {}) =>
    request("Put Block List", "PUT", path, { comp: "blocklist" }, {}, { body: blockList(blocks), ...more });
export const getBlockList = (path: string, type = "all", more: More = {}) =>
    request("Get Block List", "GET", path, { comp: "blocklist", blocklisttype: type }, {}, more);
export const putPage = (path: string, range = "bytes=0-511", body = "p".repeat(512), more: More = {}) =>
    request(
        "Put Page",
        "PUT",
        path,
        { comp: "page" },
        { "x-ms-page-write": "update", "x-ms-range": range },
        { body, ...more },
    );
export const clearPage = (path: string, range = "bytes=0-511", more: More = {}) =>
    request("Put Page", "PUT", path, { comp: "page" }, { "x-ms-page-write": "clear", "x-ms-range": range }, more);
export const getPageRanges = (path: string, more: More = {}) =>
    request("Get Page Ranges", "GET", path, { comp: "pagelist" }, {}, more);
export const appendBlock = (path: string, body = "appended", more: More = {}) =>
    request("Append Block", "PUT", path, { comp: "appendblock" }, {}, { body, ...more });

export const copyBlob = (path: string, source: string, more: More = {}) =>
    request("Copy Blob", "PUT", path, {}, { "x-ms-copy-source": source }, more);
export const abortCopyBlob = (path: string, id: string, more: More = {}) =>
    request("Abort Copy Blob", "PUT", path, { comp: "copy", copyid: id }, { "x-ms-copy-action": "abort" }, more);

/** The body of Put Block List, of entries such as `Latest:AAAA`. */
export function blockList(entries: readonly string[]): string {
    const items = entries.map((entry) => {
        const [kind, id] = entry.split(":");
        return `<${kind}>${id}</${kind}>`;
    });
    return `<?xml version="1.0" encoding="utf-8"?><BlockList>${items.join("")}</BlockList>`;
}

/** The body of Set Blob Tags. */
export function tagsBody(tags: Headers): string {
    const items = Object.entries(tags).map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`);
    return `<?xml version="1.0" encoding="utf-8"?><Tags><TagSet>${items.join("")}</TagSet></Tags>`;
}

/** A text's MD5 in Base64. */
export function md5Of(text: string): string {
    return createHash("md5").update(text).digest("base64");
}
