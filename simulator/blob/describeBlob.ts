import { etagOf, httpDate, millisecondsOf, type Ticks } from "../clock";
import type { AnswerHeaders } from "../http/answer";
import type { StorageRequest } from "../http/request";
import type { Blob } from "../state/blob";
import type { CopyDestination } from "../state/copy";
import { isLocked, type Lease, leaseState } from "../state/lease";
import { encryptionHeaders } from "./encryption";

/** ETag and Last-Modified; versions before 2011-08-18 have the ETag without quotes. */
export function modifiedHeaders(request: StorageRequest, modified: Ticks): AnswerHeaders {
    return { ETag: quotedEtag(request.version, modified), "Last-Modified": httpDate(millisecondsOf(modified)) };
}

/** What the answer to a write says of the blob written. */
export function writtenHeaders(request: StorageRequest, blob: Blob): AnswerHeaders {
    return {
        ...modifiedHeaders(request, blob.modified),
        ...versionHeader(request, blob),
        ...encryptionHeaders(blob.rare?.encryption),
    };
}

/** The version ID, for versions of the service that know of it. */
export function versionHeader(request: StorageRequest, blob: Blob): AnswerHeaders {
    return request.version >= "2019-10-10" ? { "x-ms-version-id": blob.version } : {};
}

/** The ETag as a header of that version. */
export function quotedEtag(version: string, modified: Ticks): string {
    return version >= "2011-08-18" ? `"${etagOf(modified)}"` : etagOf(modified);
}

/** When a copy ended and how, as the x-ms-copy-* headers. */
export function copyHeaders({ copy }: Pick<CopyDestination, "copy">): AnswerHeaders {
    if (!copy) {
        return {};
    }
    return {
        "x-ms-copy-id": copy.id,
        "x-ms-copy-source": copy.source,
        "x-ms-copy-status": copy.status,
        "x-ms-copy-status-description": copy.description ?? copy.pending?.intermittent,
        "x-ms-copy-progress": `${copy.copied}/${copy.total}`,
        "x-ms-copy-completion-time": copy.completed === undefined ? undefined : httpDate(copy.completed),
        "x-ms-incremental-copy": copy.incremental && "true",
        "x-ms-copy-destination-snapshot": copy.destinationSnapshot,
    };
}

/** x-ms-lease-status, -state and -duration. */
export function leaseHeaders(request: StorageRequest, lease: Lease | undefined): AnswerHeaders {
    const state = leaseState(lease, request.service.clock.now());
    return {
        "x-ms-lease-status": isLocked(state) ? "locked" : "unlocked",
        "x-ms-lease-state": state,
        "x-ms-lease-duration": state === "leased" ? (lease!.duration === -1 ? "infinite" : "fixed") : undefined,
    };
}

/** How a blob's tier is shown. */
export interface ShownTier {
    readonly tier: string;
    readonly inferred: boolean;
    readonly changed?: number;
    /** `rehydrate-pending-to-hot` and so on. */
    readonly archiveStatus?: string;
    readonly rehydratePriority?: string;
}

/** The tier of a blob: the one set on it, or the one its account or size gives it. */
export function shownTier({ account, version }: StorageRequest, blob: Blob): ShownTier | undefined {
    if (blob.tier) {
        const { rehydration } = blob.tier;
        return {
            tier: blob.tier.tier,
            inferred: false,
            // Premium page blobs were seen without.
            changed: blob.type === "PageBlob" ? undefined : blob.tier.changed,
            archiveStatus: rehydration && `rehydrate-pending-to-${rehydration.to.toLowerCase()}`,
            rehydratePriority: rehydration?.priority,
        };
    }
    if (account.isPremium) {
        return blob.type === "PageBlob" ? { tier: inferredPageTier(blob.content.length), inferred: true } : undefined;
    }
    // Page and append blobs have no tier in such an account; they were seen with one in recordings of old versions alone.
    const shown = blob.type === "BlockBlob" || version < "2019-02-02";
    return account.hasTiers && shown ? { tier: account.accessTier, inferred: true } : undefined;
}

function inferredPageTier(length: number): string {
    // A premium page blob without a tier of its own was seen as P10, up to the size that P10 is for.
    const gib = length / 2 ** 30;
    const sizes: [string, number][] = [
        ["P10", 128],
        ["P20", 512],
        ["P30", 1024],
        ["P40", 2048],
        ["P50", 4096],
    ];
    return sizes.find(([, size]) => gib <= size)?.[0] ?? "P60";
}

/** All headers that Get Blob and Get Blob Properties have in common. */
export function blobHeaders(request: StorageRequest, blob: Blob): AnswerHeaders {
    const { rare } = blob;
    const version = versionHeader(request, blob);
    const headers: AnswerHeaders = {
        "Content-Type": blob.headers.contentType,
        "Content-Encoding": blob.headers.contentEncoding,
        "Content-Language": blob.headers.contentLanguage,
        "Content-Disposition": blob.headers.contentDisposition,
        "Cache-Control": blob.headers.cacheControl,
        "Accept-Ranges": "bytes",
        ...modifiedHeaders(request, blob.modified),
        Vary: "Origin",
        ...version,
        "x-ms-is-current-version": version["x-ms-version-id"] && isCurrent(request, blob) ? "true" : undefined,
        "x-ms-blob-type": blob.type,
        "x-ms-server-encrypted": "true",
        ...encryptionHeaders(rare?.encryption),
        "x-ms-creation-time": httpDate(blob.createdSeconds * 1000),
        ...leaseHeaders(request, blob.lease),
        ...copyHeaders(blob),
        "x-ms-blob-sequence-number": blob.type === "PageBlob" ? (rare?.sequenceNumber ?? 0) : undefined,
        "x-ms-blob-committed-block-count": blob.type === "AppendBlob" ? (rare?.appendedBlocks ?? 0) : undefined,
        "x-ms-blob-sealed": rare?.sealed && request.version >= "2019-12-12" ? "true" : undefined,
        "x-ms-immutability-policy-until-date": rare?.immutability?.until,
        "x-ms-immutability-policy-mode": rare?.immutability?.mode,
        "x-ms-legal-hold": rare?.legalHold === undefined ? undefined : String(rare.legalHold),
    };
    const tags = blob.tags && Object.keys(blob.tags).length;
    if (tags && request.version >= "2019-12-12") {
        headers["x-ms-tag-count"] = tags;
    }
    for (const [name, value] of Object.entries(blob.metadata ?? {})) {
        headers[`x-ms-meta-${name}`] = value;
    }
    return { ...headers, ...overriddenHeaders(request) };
}

/** The headers that the request's SAS sets: rscc, rscd and so on. */
export function overriddenHeaders({ identity }: StorageRequest): AnswerHeaders {
    const sas = identity.kind === "sas" ? identity.grant.overrides : {};
    const overridden = {
        "Cache-Control": sas.rscc,
        "Content-Disposition": sas.rscd,
        "Content-Encoding": sas.rsce,
        "Content-Language": sas.rscl,
        "Content-Type": sas.rsct,
    };
    return Object.fromEntries(Object.entries(overridden).filter(([, value]) => value !== undefined && value !== ""));
}

function isCurrent({ address, account }: StorageRequest, blob: Blob): boolean {
    return account.containers.get(address.container!)?.blob(address.blob!) === blob;
}
