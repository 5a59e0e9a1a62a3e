import { EMPTY } from "../content/content";
import { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob, BlobType } from "../state/blob";
import { checkWrite, readConditions } from "./conditions";
import { type CopySource, withCopySource } from "./copySource";
import { writtenHeaders } from "./describeBlob";
import { defaultEncryption } from "./encryption";
import { targetContainer, targetName } from "./find";
import { checkWriteLease, refuseFiniteLease } from "./leaseChecks";
import { abortCopy, newCopyState, readAbort, refusePendingCopy, watchSource } from "./pendingCopy";
import { newBlob, setProtection } from "./putBlob";
import { inheritedTier, readMetadata, readTagsHeader, readTier } from "./requestProperties";
import { refuseArchived, refuseOtherVersions, refuseRetainedOverwrite } from "./target";
import { readRehydratePriority, startRehydration } from "./tier";

/** Copy Blob. Within one account it ends at once, from elsewhere it is pending until the clock says otherwise. */
export async function copyBlob(request: StorageRequest): Promise<Answer> {
    if (request.headers.has("x-ms-source-lease-id")) {
        throw storageError("UnsupportedHeader", { elements: { HeaderName: "x-ms-source-lease-id" } });
    }
    targetContainer(request);
    return withCopySource(request, (source) => startCopy(request, source));
}

/** What the destination is given, and whether it is all there already. */
function startCopy(request: StorageRequest, source: CopySource): Answer {
    const { service, headers } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const type: BlobType = source.blob?.type ?? "BlockBlob";
    const metadata = readMetadata(headers) ?? source.object?.metadata ?? source.external?.metadata;
    const tags = readTagsHeader(headers);
    const tier = readTier(request, type);
    const priority = readRehydratePriority(request);
    const seal = readSeal(request, type);
    const old = service.blob(container, name);
    checkDestination(request, old, type);
    refuseOtherVersions(container, name, type);
    const rehydrates = checkArchivedSource(request, source, old, tier);

    const blob = newBlob(request, type, old, defaultEncryption(request));
    const { headers: copiedHeaders, md5 } = source.object ?? source.external!;
    blob.headers = copiedHeaders;
    blob.md5 = md5;
    blob.metadata = metadata;
    blob.tags = tags;
    blob.tier = inheritedTier(tier, old, service.clock.now());
    copyRarities(blob, source.blob, seal);
    setProtection(request, blob);
    blob.copy = newCopyState(request, source, rehydrates);
    if (rehydrates) {
        blob.tier = undefined;
        startRehydration(request, blob, tier!, priority);
    }
    if (blob.copy.pending) {
        blob.content = type === "PageBlob" ? PageMap.empty(blob.copy.total) : EMPTY;
    } else {
        blob.content = source.object!.content;
        blob.blocks = source.blob?.blocks;
    }
    container.setStaged(name, undefined);
    service.replace(container, name, blob);
    watchSource(source, blob.copy, old);
    return {
        status: request.version >= "2012-02-12" ? 202 : 201,
        headers: {
            ...writtenHeaders(request, blob),
            "x-ms-copy-id": blob.copy.id,
            "x-ms-copy-status": blob.copy.status,
        },
    };
}

/** The lease must be infinite, the conditions hold, no copy be pending, and the type be the source's. */
function checkDestination(request: StorageRequest, old: Blob | undefined, type: BlobType): void {
    if (old || request.version >= "2013-08-15") {
        checkWriteLease(request, old);
    }
    refuseFiniteLease(request, old);
    checkWrite(readConditions(request.headers), old, { code: "TargetConditionNotMet", creates: true });
    if (!old) {
        return;
    }
    refusePendingCopy(old);
    refuseArchived(old);
    refuseRetainedOverwrite(request, old);
    if (old.type !== type) {
        throw storageError("InvalidBlobType");
    }
}

/** An archived source is copied by rehydrating it: to an online tier, under another name. */
function checkArchivedSource(
    request: StorageRequest,
    source: CopySource,
    old: Blob | undefined,
    tier: string | undefined,
): boolean {
    const { blob } = source;
    if (blob?.tier?.tier !== "Archive") {
        return false;
    }
    if (blob.tier.rehydration) {
        throw storageError("BlobBeingRehydrated");
    }
    if (tier === undefined || tier === "Archive" || blob === old || source.isFixed) {
        throw storageError("BlobArchived");
    }
    const elsewhere = source.address?.account.region !== request.account.region;
    if (!source.sameAccount && (request.version < "2021-02-12" || elsewhere)) {
        throw storageError("CannotVerifyCopySource", {
            status: 409,
            message: "This operation is not permitted on an archived blob.",
        });
    }
    return true;
}

function readSeal(request: StorageRequest, type: BlobType): boolean | undefined {
    const seal = request.headers.boolean("x-ms-seal-blob");
    if (seal && type !== "AppendBlob") {
        throw invalidHeader("x-ms-seal-blob", "true");
    }
    return seal;
}

/** A page blob's sequence number and an append blob's block count go along; a seal does unless the header says not. */
function copyRarities(blob: Blob, source: Blob | undefined, seal: boolean | undefined): void {
    const { sequenceNumber, appendedBlocks, sealed } = source?.rare ?? {};
    if (sequenceNumber !== undefined) {
        blob.rarities.sequenceNumber = sequenceNumber;
    }
    if (appendedBlocks !== undefined) {
        blob.rarities.appendedBlocks = appendedBlocks;
    }
    if (seal ?? sealed) {
        blob.rarities.sealed = true;
    }
}

/** Abort Copy Blob: the destination is left with no bytes and all its properties. */
export function abortCopyBlob(request: StorageRequest): Answer {
    const id = readAbort(request);
    const blob = request.service.blob(targetContainer(request), targetName(request));
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWriteLease(request, blob);
    abortCopy(request, blob, id);
    return { status: 204, headers: { "Content-Length": 0 } };
}
