// Brings the source's snapshot to the destination, from wherever things stand there: nothing yet, a copy that an interrupted run
// has started or finished, older copies of the same source, somebody else's blob.

import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import { CopyError, DestinationConflictError } from "../copy/errors";
import {
    type CopiedSnapshot,
    listCopied,
    type SnapshotTime,
    snapshotOf,
    startIncrementalCopy,
} from "../copy/incremental";
import { addressUrl, type BlobAddress } from "../storage/address";
import { errorCode, explain, explained, isDestinationConflict, statusCode } from "../storage/errors";
import { told } from "../storage/knownSecrets";
import { redactUrl } from "../storage/url";
import { abortPending } from "./abortOwn";
import { pendingElsewhere } from "./conflicts";
import { what } from "./copyRequest";
import { badEnd, isExplained } from "./endOfCopy";
import type { Destination, Source } from "./ends";
import { waitForEnd } from "./finishCopy";
import type { Context } from "./handler";
import {
    type IncrementalSnapshotCopyInputs,
    type IncrementalSnapshotCopyState,
    snapshotTime,
} from "./incrementalSnapshotCopyTypes";
import { refuseItself } from "./itself";
import { endedBadly, isCopyOfBlob, observe } from "./observe";
import { attempts, sasGraceMilliseconds } from "./obtainCopy";
import { asConditions } from "./sdkOptions";
import { obtainSourceSnapshot, readableSnapshotUrl, snapshotsTakenFor } from "./sourceSnapshot";

/** What is to be brought where. */
export interface IncrementalCopyRequest {
    readonly inputs: IncrementalSnapshotCopyInputs;
    /** The page blob itself, not a snapshot of it. */
    readonly source: Source;
    readonly destination: Destination;
    /** What was recorded last, in an update. */
    readonly previous?: IncrementalSnapshotCopyState;
    readonly timeoutMilliseconds: number;
    /** Is told of the snapshot that was taken of the source, before it is copied, and whether nothing was at the destination. */
    took?(snapshot: SnapshotTime, wasFree: boolean): void;
    /** Is told that a create has found a destination which nothing proves to be this resource's, and the snapshots that it has. */
    adopts?(snapshots: readonly SnapshotTime[]): void;
}

/** How the destination's newest snapshot came to be there. */
export interface ObtainedIncrementalCopy {
    /** The destination's, after the copy. */
    readonly properties: BlobGetPropertiesResponse;
    readonly sourceSnapshot: SnapshotTime;
    /** Absent where the copy was started by an earlier run. */
    readonly startedOn?: Date;
    /** Whether the destination was there before this run. */
    readonly existed: boolean;
    /** Whether what was recorded last is what is wanted: a later copy came to nothing, and its properties tell of that one. */
    readonly asRecorded?: true;
}

/** How old a snapshot may be that an interrupted run has taken, where that is all it has done. */
const longestInterruptionMilliseconds = 3_600_000;

/** A copy under way. */
interface Running {
    readonly copyId: string;
    readonly startedOn?: Date;
    /** Whether nothing was there before, so that a failed copy's empty blob can go. */
    readonly wasFree: boolean;
}

/**
 * Brings the wanted snapshot to the destination, and waits until it stands there.
 * @throws CopyLeftPending where a copy is pending still; CopyError and StorageError else
 */
export async function obtainIncrementalCopy(
    request: IncrementalCopyRequest,
    context: Context,
): Promise<ObtainedIncrementalCopy> {
    const deadline = new Date(context.clock.now().getTime() + request.timeoutMilliseconds);
    await finishLast(request, deadline, context);
    let wanted: SnapshotTime | undefined;
    let conflict: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
        try {
            const there = await observe(request.destination, context);
            if (there) {
                await refuseItself(request, there, context);
                refuseForeign(request, there);
            }
            const last = there && (await copiedLast(request, there, context));
            wanted ??= await wantedSnapshot(request, there, last, context);
            if (there && request.previous === undefined && attempt === 0) {
                const found = await foundWithoutProof(request, there, last, wanted, context);
                if (found) {
                    request.adopts?.(found);
                }
            }
            if (there?.copyStatus === "success" && last === wanted) {
                return { properties: there, sourceSnapshot: wanted, existed: true };
            }
            const running = await startOrJoin(request, there, last, wanted, context);
            if (!("copyId" in running)) {
                return running;
            }
            return await finish(namingSnapshot(request, wanted), running, wanted, deadline, context);
        } catch (error) {
            // Where an answer was lost, the SDK has asked again: the conflict may be with our own copy, so another look tells.
            if (!isDestinationConflict(error) || (request.inputs.conditions && attempt > 0)) {
                const named = wanted === undefined ? request : namingSnapshot(request, wanted);
                throw isExplained(error) ? error : explain(`copy ${what(named)}${unmet(request, error)}`, error);
            }
            conflict = error;
        }
    }
    throw explain(`copy ${what(request)}, whose destination keeps changing`, conflict);
}

/**
 * Waits for the copy that was left pending before the triggers changed: were it aborted for a newer snapshot, a copy that takes longer than its
 * timeout would never end where they change with each run.
 */
async function finishLast(request: IncrementalCopyRequest, deadline: Date, context: Context): Promise<void> {
    const { inputs, destination, previous } = request;
    const [now, before] = [inputs.takeSnapshot, previous?.takeSnapshot];
    const changed = now && before && !isDeepStrictEqual(now.triggers ?? [], before.triggers ?? []);
    if (!changed || previous?.copyStatus !== "pending" || previous.copyId === undefined) {
        return;
    }
    const there = await explained(`copy ${what(request)}`, () => observe(destination, context));
    if (there?.copyStatus !== "pending" || there.copyId !== previous.copyId) {
        return;
    }
    const awaited = { copyId: previous.copyId, sourceEtag: undefined };
    const { properties, timeout } = await waitForEnd(request, awaited, deadline, context);
    if (timeout && endedBadly(properties)) {
        throw badEnd(request, properties, timeout)(untouched);
    }
}

const untouched = "the destination's older snapshots are as they were";

/** The request with the snapshot's URL as the source's, for messages. */
function namingSnapshot(request: IncrementalCopyRequest, snapshot: SnapshotTime): IncrementalCopyRequest {
    const { source } = request;
    return { ...request, source: { ...source, url: addressUrl({ ...(source.address as BlobAddress), snapshot }) } };
}

/** A destination is that of one source for good. */
function refuseForeign({ source, destination }: IncrementalCopyRequest, there: BlobGetPropertiesResponse): void {
    const remedy =
        "give another destination, or delete it (with the resource option deleteBeforeReplace and deleteSnapshots: true, where it is this resource's own)";
    if (!there.isIncrementalCopy) {
        throw new DestinationConflictError(
            `a blob that no incremental copy has made is at the destination ${destination.url} (${there.blobType}, ${there.contentLength} bytes, last modified ${there.lastModified?.toISOString()}); ${remedy}`,
        );
    }
    if (there.copySource && !isCopyOfBlob(there.copySource, source.address)) {
        const from = redactUrl(there.copySource).replace(/\?.*$/, "");
        throw new DestinationConflictError(
            `the destination ${destination.url} belongs to incremental copies of ${told(from)} for good, and takes none of ${source.url}; ${remedy}`,
            there.copyId,
            there.copyStatus,
        );
    }
}

/**
 * Looks for proof that a destination which a create has found is this resource's: a copied snapshot that was taken for this destination, or
 * no other copy than that of the wanted snapshot. Without any snapshot there is nothing to lose.
 * @returns the destination's snapshots where there is none
 */
async function foundWithoutProof(
    { inputs, source, destination }: IncrementalCopyRequest,
    there: BlobGetPropertiesResponse,
    last: SnapshotTime | undefined,
    wanted: SnapshotTime,
    context: Context,
): Promise<readonly SnapshotTime[] | undefined> {
    const chain = await copiedSnapshots(destination, context);
    const copied = [...(chain ?? []).map((each) => each.sourceSnapshot), snapshotOf(there.copySource), last];
    const isOfWanted = copied.every((snapshot) => snapshot === undefined || snapshot === wanted);
    if (chain && (chain.length === 0 || isOfWanted)) {
        return undefined;
    }
    const taken = inputs.takeSnapshot ? await snapshotsTakenFor(source, destination.url, context) : [];
    return copied.some((snapshot) => snapshot !== undefined && taken.includes(snapshot))
        ? undefined
        : (chain ?? []).map(({ snapshot }) => snapshot);
}

/** The source's snapshot that was copied last and well. */
async function copiedLast(
    request: IncrementalCopyRequest,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<SnapshotTime | undefined> {
    if (there.copyStatus === "success") {
        return snapshotOf(there.copySource);
    }
    // What is pending or has ended badly hides what was before it.
    const known = request.previous?.sourceSnapshot;
    const copied = (await copiedSnapshots(request.destination, context)) ?? [];
    return [known, ...copied.map(({ sourceSnapshot }) => sourceSnapshot)]
        .filter((each) => each !== undefined)
        .sort()
        .at(-1);
}

/** The destination's snapshots, oldest first; nothing for a credential that may not list. */
export async function copiedSnapshots(
    { container, address, url }: Destination,
    context: Context,
): Promise<CopiedSnapshot[] | undefined> {
    try {
        return await listCopied(container, address.blobName, context.signal);
    } catch (error) {
        if (statusCode(error) === 403) {
            return undefined;
        }
        throw explain(`list the snapshots of ${url}`, error);
    }
}

async function wantedSnapshot(
    request: IncrementalCopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    last: SnapshotTime | undefined,
    context: Context,
): Promise<SnapshotTime> {
    const { inputs, source, destination } = request;
    if (inputs.snapshot !== undefined) {
        return snapshotTime(inputs.snapshot);
    }
    const takenFor = { destinationUrl: destination.url, triggers: inputs.takeSnapshot?.triggers ?? [] };
    // Where nothing is, an old snapshot was taken for a destination that was deleted since, and would make a stale backup.
    const interruptedSince = new Date(context.clock.now().getTime() - longestInterruptionMilliseconds).toISOString();
    const snapshot = await obtainSourceSnapshot(source, takenFor, there ? last : interruptedSince, context);
    request.took?.(snapshot, there === undefined);
    return snapshot;
}

async function startOrJoin(
    request: IncrementalCopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    last: SnapshotTime | undefined,
    wanted: SnapshotTime,
    context: Context,
): Promise<Running | ObtainedIncrementalCopy> {
    const { destination, previous } = request;
    let present = there;
    if (present?.copyStatus === "pending") {
        if (snapshotOf(present.copySource) === wanted) {
            return { copyId: present.copyId!, wasFree: false };
        }
        if (previous === undefined || previous.copyId !== present.copyId) {
            throw pendingElsewhere(request, present);
        }
        // Another snapshot is wanted now than when this copy was started and left pending.
        present = await abortPending(destination, present, context);
    }
    if (last !== undefined && wanted < last) {
        throw olderThanLast(wanted, last, destination.url);
    }
    if (present && endedBadly(present) && wanted === last && wanted === previous?.sourceSnapshot) {
        return { properties: present, sourceSnapshot: wanted, existed: true, asRecorded: true };
    }
    return start(request, present, wanted, context);
}

/** Snapshots are copied in ascending order only. */
export function olderThanLast(wanted: SnapshotTime, last: SnapshotTime, destinationUrl: string): CopyError {
    return new CopyError(
        `the snapshot ${wanted} is older than ${last}, which was copied onto ${destinationUrl} last: incremental copies go in ascending order; give a snapshot newer than ${last}, or another destination`,
    );
}

async function start(
    request: IncrementalCopyRequest,
    there: BlobGetPropertiesResponse | undefined,
    wanted: SnapshotTime,
    context: Context,
): Promise<Running> {
    const { inputs, source, destination, timeoutMilliseconds } = request;
    const url = await readableSnapshotUrl(source, wanted, timeoutMilliseconds + sasGraceMilliseconds);
    const pin = there?.etag ? { ifMatch: there.etag } : { ifNoneMatch: "*" };
    const started = await startIncrementalCopy(
        destination.client.getPageBlobClient(),
        url,
        inputs.conditions ? asConditions(inputs.conditions) : pin,
        context.signal,
    );
    return { ...started, wasFree: there === undefined };
}

async function finish(
    request: IncrementalCopyRequest,
    running: Running,
    wanted: SnapshotTime,
    deadline: Date,
    context: Context,
): Promise<ObtainedIncrementalCopy> {
    const awaited = { copyId: running.copyId, sourceEtag: undefined };
    const { properties, timeout } = await waitForEnd(request, awaited, deadline, context);
    if (endedBadly(properties)) {
        const afterwards = await tidyUp(request, running, properties, context);
        throw badEnd(request, properties, timeout)(afterwards);
    }
    const { startedOn } = running;
    return { properties, sourceSnapshot: wanted, existed: !running.wasFree, startedOn };
}

/** After a copy that ended badly: the empty blob goes where nothing was before, and the older snapshots are as they were. */
async function tidyUp(
    { destination }: IncrementalCopyRequest,
    { wasFree }: Running,
    properties: BlobGetPropertiesResponse,
    context: Context,
): Promise<string> {
    if (!wasFree) {
        return untouched;
    }
    try {
        // Without a word on snapshots: were there any, the service would refuse.
        await destination.client.delete({ conditions: { ifMatch: properties.etag! }, abortSignal: context.signal });
        return "its empty blob was removed";
    } catch (error) {
        context.warn(explain(`delete ${destination.url} after a failed copy`, error).message);
        return "its empty blob was left";
    }
}

/** What a condition that the program gave has refused. */
function unmet({ inputs }: IncrementalCopyRequest, error: unknown): string {
    const refused = ["ConditionNotMet", "TargetConditionNotMet", "BlobAlreadyExists"].includes(errorCode(error) ?? "");
    return inputs.conditions && refused ? ", whose destination does not meet conditions" : "";
}
