import { randomUUID } from "node:crypto";
import { type Ticks, timestampOf } from "../clock";
import { PageMap, type PageRange } from "../content/pageMap";
import type { Answer } from "../http/answer";
import { storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { Blob } from "../state/blob";
import type { Container } from "../state/container";
import type { PendingCopy } from "../state/copy";
import { checkWrite, readConditions } from "./conditions";
import {
    authorizeSource,
    containerOf,
    findSource,
    locateSource,
    reportedSource,
    type SourceAddress,
} from "./copySource";
import { cannotVerify } from "./copySourceErrors";
import { modifiedHeaders } from "./describeBlob";
import { defaultEncryption } from "./encryption";
import { targetContainer, targetName } from "./find";
import { checkWriteLease } from "./leaseChecks";
import { courseOf, refusePendingCopy } from "./pendingCopy";
import { newBlob } from "./putBlob";

/** What can be done to the destination of incremental copies itself; its snapshots are as any other. */
const ALLOWED = ["Get Blob Properties", "Incremental Copy Blob", "Abort Copy Blob", "Delete Blob", "Undelete Blob"];

/** The snapshot that is to be copied. */
interface Source {
    readonly reported: string;
    readonly snapshot: string;
    readonly blob: Blob;
    /** Account, container and name of the blob that it is a snapshot of. */
    readonly base: string;
    /** When the SAS that opens it ends, in milliseconds. */
    readonly expires: number | undefined;
    readonly address: SourceAddress;
}

/** Incremental Copy Blob: pending at first, always; at its end the destination has one snapshot more. */
export function incrementalCopy(request: StorageRequest): Answer {
    const { service } = request;
    const container = targetContainer(request);
    const name = targetName(request);
    const source = openSource(request);
    const old = service.blob(container, name);
    checkDestination(request, old, source);
    const { copied } = old?.rare?.incrementalCopy ?? {};
    const changes = copied === undefined ? undefined : changesSince(request, source, copied);

    const blob = old ?? newBlob(request, "PageBlob", undefined, defaultEncryption(request));
    blob.headers = source.blob.headers;
    blob.md5 = source.blob.md5;
    blob.metadata = source.blob.metadata;
    blob.rarities.sequenceNumber = source.blob.rare?.sequenceNumber;
    blob.rarities.incrementalCopy ??= { source: source.base };
    // Its snapshots can be compared with one another, as the source's can.
    blob.rarities.lineage ??= {};
    const ranges = changes ?? (source.blob.content as PageMap).ranges();
    startCopy(request, container, name, blob, source, { full: !changes, bytes: bytesOf(ranges) });
    if (old) {
        service.touch(blob);
    } else {
        blob.content = PageMap.empty(source.blob.content.length);
        service.replace(container, name, blob);
    }
    return {
        status: 202,
        headers: {
            ...modifiedHeaders(request, blob.modified),
            "x-ms-copy-id": blob.copy!.id,
            "x-ms-copy-status": blob.copy!.status,
        },
    };
}

/** 409 for what can't be done to the destination of incremental copies. */
export function refuseOnIncrementalCopy({ account, address, query }: StorageRequest, operation: string): void {
    const { container, blob: name } = address;
    if (container === undefined || name === undefined || query.get("snapshot") || query.get("versionid")) {
        return;
    }
    const blob = account.containers.get(container)?.blob(name);
    if (blob?.rare?.incrementalCopy && !ALLOWED.includes(operation)) {
        throw storageError("OperationNotAllowedOnIncrementalCopyBlob");
    }
}

/** Finds the source, in the order in which the service was seen to check: it first, then the destination. */
function openSource(request: StorageRequest): Source {
    const { text, address } = locateSource(request);
    if (!address) {
        throw storageError("InvalidSourceBlobUrl");
    }
    const snapshot = address.query.get("snapshot");
    if (!snapshot) {
        throw storageError("IncrementalCopySourceMustBeSnapshot");
    }
    let expires: number | undefined;
    let blob: ReturnType<typeof findSource>;
    try {
        // A key opens the destination only, also within one account.
        expires = authorizeSource(request, address, false);
        blob = findSource(request, address);
    } catch (error) {
        throw cannotVerify(request, error);
    }
    if (!(blob instanceof Blob) || blob.type !== "PageBlob") {
        throw storageError("InvalidSourceBlobType");
    }
    const base = [address.account.name, address.address.container, address.address.blob].join("/");
    return { reported: reportedSource(request, text, address), snapshot, blob, base, expires, address };
}

/** It isn't there, or was made by an incremental copy of the same source, and of no later snapshot. */
function checkDestination(request: StorageRequest, old: Blob | undefined, source: Source): void {
    checkWriteLease(request, old);
    checkWrite(readConditions(request.headers), old, { code: "TargetConditionNotMet" });
    if (!old) {
        return;
    }
    const destination = old.rare?.incrementalCopy;
    if (!destination) {
        throw storageError("OperationNotAllowedOnIncrementalCopyBlob");
    }
    refusePendingCopy(old);
    if (destination.source !== source.base) {
        throw storageError("IncrementalCopyBlobMismatch");
    }
    if (destination.copied !== undefined && source.snapshot < destination.copied) {
        throw storageError("IncrementalCopyOfEarlierSnapshotNotAllowed");
    }
}

/** What differs from the source's snapshot that was copied last, by the rules of Get Page Ranges. */
function changesSince(request: StorageRequest, source: Source, copied: string): PageRange[] {
    const { address } = source;
    const kept = containerOf(request, address)
        .snapshots(address.address.blob!)
        .find((each) => each.id === copied);
    if (!kept) {
        throw storageError("IncrementalCopyBlobPreviousSnapshotDoesNotExist");
    }
    if (kept.blob.rare?.lineage !== source.blob.rare?.lineage) {
        throw storageError("BlobOverwritten");
    }
    const content = source.blob.content as PageMap;
    return content.changesSince(kept.blob.content as PageMap, 0, content.length).written;
}

function bytesOf(ranges: readonly PageRange[]): number {
    return ranges.reduce((sum, { start, end }) => sum + end + 1 - start, 0);
}

function startCopy(
    request: StorageRequest,
    container: Container,
    name: string,
    blob: Blob,
    source: Source,
    moved: { readonly full: boolean; readonly bytes: number },
): void {
    const { service, account } = request;
    const rule = service.copies.find({ account: account.name, container: container.name, blob: name });
    const seconds = rule?.seconds ?? (source.address.account === account ? 0 : account.copySeconds);
    const id = randomUUID();
    const pending: PendingCopy = {
        content: source.blob.content,
        ...courseOf(rule, service.clock.now(), seconds),
        sourceExpires: source.expires,
        succeeded: (at) => {
            const ticks = service.ticks.past(at, blob.modified);
            const snapshot = keepSnapshot(container, name, blob, ticks);
            blob.rarities.incrementalCopy!.copied = source.snapshot;
            const copied = { account: account.name, container: container.name, blob: name, copyId: id, snapshot };
            service.copies.incrementalTransfers.push({ ...copied, ...moved });
        },
        release: () => source.blob.rare?.readers?.delete(pending),
    };
    const { rarities } = source.blob;
    rarities.readers ??= new Set();
    rarities.readers.add(pending);
    const total = source.blob.content.length;
    container.incrementalCopies.add(name);
    blob.copy = { id, source: source.reported, status: "pending", incremental: true, copied: 0, total, pending };
}

/** Keeps what was copied as a snapshot, whose ETag is of the moment that it is called by; gives its name. */
function keepSnapshot(container: Container, name: string, blob: Blob, ticks: Ticks): string {
    const id = timestampOf(ticks);
    blob.copy!.destinationSnapshot = id;
    const snapshot = blob.clone();
    snapshot.modified = ticks;
    snapshot.rarities.incrementalCopy = undefined;
    container.edit(name, (slot) => slot.snapshots.push({ id, blob: snapshot }));
    return id;
}
