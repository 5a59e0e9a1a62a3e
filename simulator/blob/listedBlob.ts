import { etagOf, httpDate, millisecondsOf } from "../clock";
import type { StorageRequest } from "../http/request";
import { element, escapeText, optionalElement, parent } from "../http/xml";
import type { Blob } from "../state/blob";
import { isLocked, leaseState } from "../state/lease";
import type { Deletion } from "../state/slot";
import { shownTier } from "./describeBlob";
import type { ListedBlob } from "./listedUnder";

/** From this version on lists were seen with further, empty elements. */
const TAGS_VERSION = "2019-12-12";
/** From this version on lists tell of versions. */
const VERSIONS_VERSION = "2019-10-10";

/** A name; characters that XML 1.0 doesn't have are percent-encoded from 2021-02-12 on. */
export function nameElement(name: string, version: string): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that XML can't hold
    if (version >= "2021-02-12" && /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(name)) {
        return `<Name Encoded="true">${escapeText(encodeURIComponent(name))}</Name>`;
    }
    return element("Name", name);
}

/** One blob, snapshot or version of a list. */
export function blobElement(request: StorageRequest, entry: ListedBlob, include: ReadonlySet<string>): string {
    const { blob } = entry;
    const name = nameElement(entry.name, request.version);
    if (!blob) {
        return parent("Blob", name + parent("Properties", uncommitted(request)));
    }
    const metadata = Object.entries(blob.metadata ?? {}).map(([key, value]) => element(key, value));
    const tags = Object.entries(blob.tags ?? {}).map(([key, value]) =>
        parent("Tag", element("Key", key) + element("Value", value)),
    );
    return parent(
        "Blob",
        name +
            optionalElement("Snapshot", entry.snapshot) +
            (request.version >= VERSIONS_VERSION ? versionElements(entry) : "") +
            (entry.deleted ? element("Deleted", "true") : "") +
            parent("Properties", properties(request, blob, entry, include)) +
            (include.has("metadata") ? parent("Metadata", metadata.join("")) : "") +
            (include.has("tags") && tags.length > 0 ? parent("Tags", parent("TagSet", tags.join(""))) : "") +
            (request.version >= TAGS_VERSION ? "<OrMetadata />" : ""),
    );
}

/** A blob of which there are uncommitted blocks only. */
function uncommitted({ account }: StorageRequest): string {
    const { accessTier, hasTiers } = account;
    return (
        element("Content-Length", 0) +
        element("BlobType", "BlockBlob") +
        (hasTiers ? element("AccessTier", accessTier) + element("AccessTierInferred", "true") : "") +
        element("LeaseStatus", "unlocked") +
        element("LeaseState", "available") +
        element("ServerEncrypted", "false")
    );
}

function versionElements(entry: ListedBlob): string {
    return (
        optionalElement("VersionId", entry.version) +
        (entry.version && entry.isCurrent ? element("IsCurrentVersion", "true") : "") +
        (entry.versionsOnly ? element("HasVersionsOnly", "true") : "")
    );
}

function properties(request: StorageRequest, blob: Blob, entry: ListedBlob, include: ReadonlySet<string>): string {
    const { rare, headers } = blob;
    const tier = shownTier(request, blob);
    return (
        element("Creation-Time", httpDate(blob.createdSeconds * 1000)) +
        element("Last-Modified", httpDate(millisecondsOf(blob.modified))) +
        element("Etag", etagOf(blob.modified)) +
        element("Content-Length", blob.content.length) +
        element("Content-Type", headers.contentType) +
        element("Content-Encoding", headers.contentEncoding) +
        element("Content-Language", headers.contentLanguage) +
        (request.version >= TAGS_VERSION ? element("Content-CRC64", undefined) : "") +
        element("Content-MD5", blob.md5) +
        element("Cache-Control", headers.cacheControl) +
        element("Content-Disposition", headers.contentDisposition) +
        (blob.type === "PageBlob" ? element("x-ms-blob-sequence-number", rare?.sequenceNumber ?? 0) : "") +
        element("BlobType", blob.type) +
        optionalElement("AccessTier", tier?.tier) +
        (tier?.inferred ? element("AccessTierInferred", "true") : "") +
        optionalElement("ArchiveStatus", tier?.archiveStatus) +
        (tier?.changed === undefined ? "" : element("AccessTierChangeTime", httpDate(tier.changed))) +
        (request.version >= TAGS_VERSION ? optionalElement("RehydratePriority", tier?.rehydratePriority) : "") +
        (entry.isCurrent ? leaseElements(request, blob) : "") +
        (include.has("copy") ? copyElements(blob) : "") +
        element("ServerEncrypted", "true") +
        optionalElement("CustomerProvidedKeySha256", rare?.encryption?.keySha256) +
        optionalElement("EncryptionScope", rare?.encryption?.scope) +
        (rare?.sealed ? element("Sealed", "true") : "") +
        (blob.tags ? element("TagCount", Object.keys(blob.tags).length) : "") +
        (include.has("immutabilitypolicy") && rare?.immutability
            ? element("ImmutabilityPolicyUntilDate", rare.immutability.until) +
              element("ImmutabilityPolicyMode", rare.immutability.mode)
            : "") +
        (include.has("legalhold") && rare?.legalHold !== undefined
            ? element("LegalHold", String(rare.legalHold))
            : "") +
        (entry.deleted ? deletedElements(request, entry.deleted) : "")
    );
}

function leaseElements(request: StorageRequest, blob: Blob): string {
    const state = leaseState(blob.lease, request.service.clock.now());
    return (
        element("LeaseStatus", isLocked(state) ? "locked" : "unlocked") +
        element("LeaseState", state) +
        (state === "leased" ? element("LeaseDuration", blob.lease!.duration === -1 ? "infinite" : "fixed") : "")
    );
}

/** Days that have begun don't count: a blob deleted a moment ago, to be kept for 7 days, was seen with 6. */
function deletedElements(request: StorageRequest, { at, until }: Deletion): string {
    const days = Math.floor((until - request.service.clock.now() - 1) / (24 * 60 * 60 * 1000));
    return element("DeletedTime", httpDate(at)) + element("RemainingRetentionDays", days);
}

function copyElements(blob: Blob): string {
    const { copy } = blob;
    if (!copy) {
        return "";
    }
    return (
        element("CopyId", copy.id) +
        element("CopySource", copy.source) +
        element("CopyStatus", copy.status) +
        element("CopyProgress", `${copy.copied}/${copy.total}`) +
        (copy.completed === undefined ? "" : element("CopyCompletionTime", httpDate(copy.completed))) +
        optionalElement("CopyStatusDescription", copy.description ?? copy.pending?.intermittent) +
        (copy.incremental ? element("IncrementalCopy", "true") : "") +
        optionalElement("CopyDestinationSnapshot", copy.destinationSnapshot)
    );
}
