import { randomUUID } from "node:crypto";
import { type Content, EMPTY } from "../content/content";
import { PageMap } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { invalidHeader, invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob, BlobType } from "../state/blob";
import type { Container } from "../state/container";
import type { CopyState, PendingCopy } from "../state/copy";
import { abort } from "../state/settle";
import { checkWrite, readConditions } from "./conditions";
import { type CopySource, openCopySource } from "./copySource";
import { writtenHeaders } from "./describeBlob";
import { defaultEncryption } from "./encryption";
import { checkWriteLease, isGuid, refuseFiniteLease } from "./leaseChecks";
import { newBlob, setProtection } from "./putBlob";
import { inheritedTier, readMetadata, readTagsHeader, readTier } from "./requestProperties";
import {
    refuseArchived,
    refuseOtherVersions,
    refusePendingCopy,
    refuseRetainedOverwrite,
    targetContainer,
    targetName,
} from "./target";
import { readRehydratePriority, startRehydration } from "./tier";

/** Copy Blob. Within one account it ends at once, from elsewhere it is pending until the clock says otherwise. */
export async function copyBlob(request: StorageRequest): Promise<Answer> {
    if (request.headers.has("x-ms-source-lease-id")) {
        throw storageError("UnsupportedHeader", { elements: { HeaderName: "x-ms-source-lease-id" } });
    }
    targetContainer(request);
    const source = await openCopySource(request);
    try {
        return startCopy(request, source);
    } catch (error) {
        source.external?.cancel();
        throw error;
    }
}

/** What the destination is given, and whether it is all there already. */
function startCopy(request: StorageRequest, source: CopySource): Answer {
    const { service, headers } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const type: BlobType = source.blob?.type ?? "BlockBlob";
    const metadata = readMetadata(headers) ?? source.blob?.metadata ?? source.external?.metadata;
    const tags = readTagsHeader(headers);
    const tier = readTier(request, type);
    const priority = readRehydratePriority(request);
    const seal = readSeal(request, type);
    const old = service.blob(container, name);
    checkDestination(request, old, type);
    refuseOtherVersions(container, name, type);
    const rehydrates = checkArchivedSource(request, source, old, tier);

    const blob = newBlob(request, type, old, defaultEncryption(request));
    blob.headers = source.blob?.headers ?? source.external!.headers;
    blob.md5 = source.blob ? source.blob.md5 : source.external!.md5;
    blob.metadata = metadata;
    blob.tags = tags;
    blob.tier = inheritedTier(tier, old, service.clock.now());
    copyRarities(blob, source.blob, seal);
    setProtection(request, blob);
    blob.copy = newCopyState(request, container, name, source, rehydrates);
    if (rehydrates) {
        blob.tier = undefined;
        startRehydration(request, blob, tier!, priority);
    }
    if (blob.copy.pending) {
        blob.content = type === "PageBlob" ? PageMap.empty(blob.copy.total) : EMPTY;
    } else {
        blob.content = source.blob!.content;
        blob.blocks = source.blob!.blocks;
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
    const elsewhere = source.account?.region !== request.account.region;
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

function newCopyState(
    request: StorageRequest,
    container: Container,
    name: string,
    source: CopySource,
    rehydrates: boolean,
): CopyState {
    const { service } = request;
    const rule = service.copies.find(request.account.name, container.name, name);
    const now = service.clock.now();
    const total = source.blob?.content.length ?? source.external!.length;
    const slowed = rule?.seconds !== undefined || rule?.stall || rule?.fail !== undefined || rule?.intermittent;
    const state: CopyState = { id: randomUUID(), source: source.reported, status: "success", copied: total, total };
    if (rehydrates || (source.sameAccount && !slowed)) {
        return { ...state, completed: now, description: rehydrates ? "pending" : undefined };
    }
    const seconds = rule?.seconds ?? (source.sameAccount ? 0 : request.account.copySeconds);
    const pending: PendingCopy = {
        content: source.blob?.content ?? (EMPTY as Content),
        blocks: source.blob?.blocks,
        started: now,
        due: rule?.stall ? Number.POSITIVE_INFINITY : now + seconds * 1000,
        fail: rule?.fail,
        intermittent: rule?.intermittent,
        steps: rule?.progress === "steps",
        sourceExpires: source.expires,
        transfer: source.external?.start(),
        release: undefined,
    };
    return { ...state, status: "pending", copied: 0, pending };
}

/** Any change of the source before the copy has ended fails the copy. A copy onto itself reads what it replaces. */
function watchSource(source: CopySource, copy: CopyState, old: Blob | undefined): void {
    const { pending } = copy;
    if (!pending || !source.blob || source.blob === old || source.isFixed) {
        return;
    }
    const { rarities } = source.blob;
    rarities.readers ??= new Set();
    rarities.readers.add(pending);
    pending.release = () => source.blob!.rare?.readers?.delete(pending);
}

/** Abort Copy Blob: the destination is left with no bytes and all its properties. */
export function abortCopyBlob(request: StorageRequest): Answer {
    const { service } = request;
    const id = request.query.get("copyid") ?? "";
    if (!isGuid(id)) {
        throw invalidParameter("copyid", id, "copyid needs to be valid Guid.");
    }
    const action = request.headers.required("x-ms-copy-action");
    if (action.toLowerCase() !== "abort") {
        throw invalidHeader("x-ms-copy-action", action);
    }
    const blob = service.blob(targetContainer(request), targetName(request));
    if (!blob) {
        throw storageError("BlobNotFound");
    }
    checkWriteLease(request, blob);
    if (!blob.copy?.pending) {
        throw storageError("NoPendingCopyOperation");
    }
    if (blob.copy.id !== id.toLowerCase()) {
        throw storageError("CopyIdMismatch");
    }
    abort(blob, service.clock.now(), service.ticks);
    return { status: 204, headers: { "Content-Length": 0 } };
}
