import { isDeepStrictEqual } from "node:util";
import type { BlobGetPropertiesResponse } from "@azure/storage-blob";
import type { CopiedSnapshot, SnapshotTime } from "../copy/incremental";
import type { CopyProgress } from "../copy/wait";
import { resolveAddress } from "../storage/address";
import { defined } from "../storage/defined";
import { errorCode, explain, explained, isDestinationConflict, isNotFound } from "../storage/errors";
import type { BlobLocation } from "../storage/location";
import { redactUrl } from "../storage/url";
import { abortPending } from "./abortOwn";
import { isAdoptedByAnother, leaveAdopted, leaveChanged, leaveToAnother, noteAdoption } from "./adoption";
import { isRespelled, notTheSame, sameObject } from "./changes";
import { defaultTimeout } from "./checkOptions";
import { parseDuration } from "./duration";
import { CopyLeftPending } from "./endOfCopy";
import { type Destination, openDestination, openSource } from "./ends";
import { type Context, type Handler, PartialFailure } from "./handler";
import { checkIncrementalSnapshotCopy } from "./incrementalSnapshotCopyCheck";
import { movement, outputs, outputsOf } from "./incrementalSnapshotCopyRecord";
import {
    type IncrementalSnapshotCopyInputs,
    type IncrementalSnapshotCopyOutputs,
    type IncrementalSnapshotCopyState,
    inputNames,
    snapshotTime,
} from "./incrementalSnapshotCopyTypes";
import { isItself, warnOfItself } from "./itself";
import { endedBadly, observe } from "./observe";
import { copiedSnapshots, type IncrementalCopyRequest, obtainIncrementalCopy } from "./obtainIncrementalCopy";
import { patiently } from "./patience";
import { deleteTaken } from "./sourceSnapshot";

/** IncrementalSnapshotCopy's lifecycle. */
export const incrementalSnapshotCopyHandler: Handler<IncrementalSnapshotCopyInputs, IncrementalSnapshotCopyState> = {
    check: checkIncrementalSnapshotCopy,

    diff(state, news) {
        const replaces = [
            ...(sameObject(state.destination, news.destination) ? [] : ["destination"]),
            ...(sameObject(state.source, news.source) ? [] : ["source"]),
            ...(state.sourceGeneration === news.sourceGeneration ? [] : ["sourceGeneration"]),
        ];
        const changed = inputNames.some((name) => !isDeepStrictEqual(state[name], news[name]));
        return { changes: replaces.length > 0 || changed || needsCopy(state, news), replaces };
    },

    async create(inputs, context) {
        const { destination, state } = await bring(inputs, undefined, context);
        return { id: destination.url, state };
    },

    async read(id, state, context) {
        const location = state.destination ?? { url: id };
        const destination = openDestination(resolveAddress(location) ? location : { ...location, url: id }, context);
        const timeout = parseDuration(state.timeout ?? defaultTimeout)!;
        return patiently(destination.address, timeout, context, async () => {
            try {
                const properties = await observe(destination, context);
                return properties && (await recordRead(state, location, destination, properties, context));
            } catch (error) {
                throw explain(`read ${destination.url}`, error);
            }
        });
    },

    async update(state, news, context) {
        if (needsCopy(state, news)) {
            return (await bring(news, state, context)).state;
        }
        const destination = openDestination(news.destination, context);
        if (isRespelled(state, news)) {
            const there = await explained(`read ${destination.url}`, () => observe(destination, context));
            if (!there) {
                return (await bring(news, state, context)).state;
            }
            if (there.copyId !== state.copyId) {
                throw notTheSame(state, destination.url, there.etag);
            }
        }
        const kept =
            news.keepSnapshots === state.keepSnapshots
                ? undefined
                : await prune(
                      destination,
                      { ...news, ...adoptionOf(state) },
                      await copiedSnapshots(destination, context),
                      context,
                  );
        return {
            ...outputsOf(state),
            url: destination.url,
            takenSnapshots: state.takenSnapshots,
            ...adoptionOf(state),
            ...news,
            ...(kept && { destinationSnapshots: kept }),
        };
    },

    async delete(state, context) {
        const destination = openDestination(state.destination, context);
        try {
            if (await isItself(state, destination.address, () => observe(destination, context), context)) {
                return warnOfItself(destination.url, context);
            }
            await deleteOwn(destination, state, context);
        } catch (error) {
            throw error instanceof SnapshotsKept ? error : explain(`delete ${destination.url}`, error);
        }
    },
};

// Diff

function needsCopy(state: IncrementalSnapshotCopyState, news: IncrementalSnapshotCopyInputs): boolean {
    if (state.copyStatus !== "success") {
        return true;
    }
    return news.snapshot === undefined
        ? !state.takeSnapshot ||
              !isDeepStrictEqual(state.takeSnapshot.triggers ?? [], news.takeSnapshot?.triggers ?? [])
        : snapshotTime(news.snapshot) !== state.sourceSnapshot;
}

// Create and update

/** Copies, or carries on with a copy that an interrupted run has left, and records the result. */
async function bring(
    inputs: IncrementalSnapshotCopyInputs,
    previous: IncrementalSnapshotCopyState | undefined,
    context: Context,
): Promise<{ destination: Destination; state: IncrementalSnapshotCopyState }> {
    const destination = openDestination(inputs.destination, context);
    const source = openSource(inputs.source, inputs.destination, context);
    const request: IncrementalCopyRequest = {
        inputs,
        destination,
        source,
        previous,
        timeoutMilliseconds: parseDuration(inputs.timeout ?? defaultTimeout)!,
        took: (snapshot, wasFree) => {
            took = { snapshot, wasFree };
        },
        adopts: (snapshots) => {
            adopted = { adopted: true, adoptedSnapshots: snapshots };
        },
    };
    let adopted = adoptionOf(previous);
    let took: Took | undefined;
    let last: CopyProgress | undefined;
    const waiting: Context = {
        ...context,
        progress(progress) {
            last = progress;
            context.progress(progress);
        },
    };
    try {
        const obtained = await patiently(destination.address, request.timeoutMilliseconds, context, (left) =>
            obtainIncrementalCopy({ ...request, timeoutMilliseconds: left }, waiting),
        );
        const { properties, startedOn, asRecorded } = obtained;
        if (!previous && obtained.existed) {
            // Nothing but copies changes the ETag of such a destination.
            noteAdoption(destination, undefined, context);
        }
        if (!previous && adopted.adopted) {
            context.warn(
                `${destination.url} was there already, and nothing proves that this resource made it. The copies go on there, but pulumi destroy will leave it, and keepSnapshots the snapshots that it had; a resource that is renamed with an alias keeps its destination`,
            );
        }
        const all = await listAfterCopy(destination, context);
        const moved = asRecorded ? undefined : await movement(destination, properties, all, previous, context);
        if (last && moved?.bytesTransferred !== undefined) {
            // The service's own progress counts the whole snapshot.
            context.progress({ ...last, total: moved.bytesTransferred });
        }
        const kept = await prune(destination, { ...inputs, ...adopted }, all, context);
        const taken = await takenSnapshots(request, obtained.sourceSnapshot, context);
        const state: IncrementalSnapshotCopyState = {
            ...inputs,
            ...(asRecorded ? standing(previous!, properties) : outputs(destination, properties)),
            ...moved,
            ...(startedOn && { copyStartedOn: startedOn.toISOString() }),
            ...(kept && { destinationSnapshots: kept }),
            takenSnapshots: taken.length > 0 ? taken : undefined,
            ...adopted,
        };
        return { destination, state };
    } catch (error) {
        throw error instanceof CopyLeftPending
            ? leftPending(error, request, took?.snapshot, adopted)
            : failed(error, request, took);
    }
}

type Adoption = Pick<IncrementalSnapshotCopyState, "adopted" | "adoptedSnapshots">;

/** What is recorded of a destination that was there before the resource. */
function adoptionOf(state: Adoption = {}): Adoption {
    const { adopted, adoptedSnapshots = [] } = state;
    return adopted ? { adopted, adoptedSnapshots } : {};
}

/** The source's snapshots that the resource took, the one copied now included; without those that are superseded, if that is asked for. */
async function takenSnapshots(
    request: IncrementalCopyRequest,
    copied: SnapshotTime,
    context: Context,
): Promise<readonly SnapshotTime[]> {
    const { inputs, source, destination } = request;
    const taken = withTaken(request, inputs.takeSnapshot && copied);
    return inputs.takeSnapshot?.deleteSuperseded ? deleteTaken(source, destination.url, taken, copied, context) : taken;
}

/** What was recorded last, after a copy that changed nothing but the destination's ETag. */
function standing(
    state: Partial<IncrementalSnapshotCopyState>,
    { etag, lastModified }: BlobGetPropertiesResponse,
): IncrementalSnapshotCopyOutputs {
    const now = { etag: etag!, ...(lastModified && { lastModified: lastModified.toISOString() }) };
    return { ...outputsOf(state as IncrementalSnapshotCopyState), ...now, copyStatus: "success" };
}

/** What was taken before, and now. */
function withTaken({ previous }: IncrementalCopyRequest, snapshot: SnapshotTime | undefined): readonly SnapshotTime[] {
    const before = previous?.takenSnapshots ?? [];
    return snapshot === undefined || before.includes(snapshot) ? before : [...before, snapshot];
}

/** The copy is done: an error here would cost its record. */
async function listAfterCopy(destination: Destination, context: Context): Promise<CopiedSnapshot[] | undefined> {
    try {
        return await copiedSnapshots(destination, context);
    } catch (error) {
        context.warn(`${(error as Error).message}; pulumi refresh reads them again`);
        return undefined;
    }
}

/** What must be kept in mind of a copy that goes on at the service. */
function leftPending(
    { running, cause }: CopyLeftPending,
    request: IncrementalCopyRequest,
    took: SnapshotTime | undefined,
    adopted: Adoption,
): PartialFailure {
    const { inputs, destination, previous } = request;
    const taken = withTaken(request, took);
    const state = {
        ...(previous && outputsOf(previous)),
        takenSnapshots: taken.length > 0 ? taken : undefined,
        ...adopted,
        ...inputs,
        // Nothing was taken yet for triggers that have changed while an older copy goes on.
        ...(took === undefined && previous?.takeSnapshot && { takeSnapshot: previous.takeSnapshot }),
        url: destination.url,
        copyId: running.copyId,
        copyStatus: "pending",
    };
    return new PartialFailure(destination.url, state, cause);
}

/** A snapshot of the source that this run took. */
interface Took {
    readonly snapshot: SnapshotTime;
    /** Whether nothing was at the destination. */
    readonly wasFree: boolean;
}

/**
 * After a copy that failed, the snapshot that was taken for it is kept in mind where it is to be deleted one day. Not by a create onto what
 * is there: it may replace the resource that owns this, which the engine would delete then.
 */
function failed(error: unknown, request: IncrementalCopyRequest, took: Took | undefined): unknown {
    const { inputs, destination, previous } = request;
    const isKnown = took === undefined || previous?.takenSnapshots?.includes(took.snapshot);
    if (isKnown || !inputs.takeSnapshot?.deleteSuperseded || !(previous || took.wasFree)) {
        return error;
    }
    const state = {
        ...(previous ?? { ...inputs, url: destination.url, copyStatus: "failed" }),
        // The engine encrypts in the state what is secret in the inputs of now.
        source: inputs.source,
        destination: inputs.destination,
        takenSnapshots: withTaken(request, took.snapshot),
    };
    return new PartialFailure(destination.url, state, error as Error);
}

/**
 * Deletes the destination's snapshots beyond those to keep, oldest first.
 * @param all the destination's snapshots, oldest first; nothing where they can't be listed
 * @returns those that are left
 */
async function prune(
    destination: Destination,
    { keepSnapshots, adoptedSnapshots = [] }: IncrementalSnapshotCopyInputs & Adoption,
    all: readonly CopiedSnapshot[] | undefined,
    context: Context,
): Promise<readonly CopiedSnapshot[] | undefined> {
    if (!all) {
        if (keepSnapshots !== undefined) {
            context.warn(
                `the snapshots of ${destination.url} can't be listed with this credential, so that keepSnapshots deletes none; a SAS needs l, and srt=c or sr=c`,
            );
        }
        return undefined;
    }
    const superfluous = (keepSnapshots === undefined ? [] : all.slice(0, -keepSnapshots)).filter(
        ({ snapshot }) => !adoptedSnapshots.includes(snapshot),
    );
    const gone = new Set<CopiedSnapshot>();
    for (const one of superfluous) {
        try {
            const client = destination.client.withSnapshot(one.snapshot);
            await client.deleteIfExists({ abortSignal: context.signal });
            gone.add(one);
        } catch (error) {
            // The copy is done; an error here would cost its record. The next run tries again.
            context.warn(explain(`delete the snapshot ${one.snapshot} of ${destination.url}`, error).message);
        }
    }
    return all.filter((one) => !gone.has(one));
}

// Read

async function recordRead(
    state: Partial<IncrementalSnapshotCopyState>,
    location: BlobLocation,
    destination: Destination,
    properties: BlobGetPropertiesResponse,
    context: Context,
): Promise<IncrementalSnapshotCopyState> {
    const destinationSnapshots = (await copiedSnapshots(destination, context)) ?? state.destinationSnapshots;
    const isListed = destinationSnapshots?.some(({ snapshot }) => snapshot === state.destinationSnapshot);
    const stands = state.copyStatus === "success" && endedBadly(properties) && isListed;
    const now = stands ? standing(state, properties) : outputs(destination, properties);
    const lost =
        now.destinationSnapshot !== undefined &&
        destinationSnapshots?.every(({ snapshot }) => snapshot !== now.destinationSnapshot);
    if (lost) {
        context.warn(`the snapshot ${now.destinationSnapshot} of ${destination.url} was deleted by somebody else`);
    }
    const sameCopy = now.copyId !== undefined && now.copyId === state.copyId && state.copyStatus === "success";
    const { copyKind, bytesTransferred, copyStartedOn, copyStatus: _, ...rest } = state;
    const endedSince = !sameCopy && !lost && properties.isIncrementalCopy && now.copyStatus === "success";
    const moved = endedSince
        ? await movement(destination, properties, destinationSnapshots, state as IncrementalSnapshotCopyState, context)
        : {};
    return {
        ...rest,
        ...defined(now),
        url: now.url,
        // A blob that no incremental copy has made has no copy status of ours: the next update says so.
        ...(properties.isIncrementalCopy ? {} : { copyStatus: undefined }),
        ...(sameCopy ? { copyKind, bytesTransferred, copyStartedOn } : moved),
        destinationSnapshots,
        source: state.source ?? { url: redactUrl(properties.copySource ?? "").replace(/\?.*$/, "") },
        destination: location,
    };
}

// Delete

/** A destination that is not deleted, since its snapshots would go with it. */
class SnapshotsKept extends Error {
    constructor(url: string) {
        super(
            `${url} has snapshots, the backups that it was made for, and was left as it is: to delete it with them, set deleteSnapshots: true and run pulumi up before; to keep it, use the resource option retainOnDelete, or take the resource out of the state (pulumi state delete)`,
        );
    }
}

async function deleteOwn(
    destination: Destination,
    state: IncrementalSnapshotCopyState,
    context: Context,
): Promise<void> {
    const there = await observe(destination, context);
    if (there && isAdoptedByAnother(destination, there.etag, context)) {
        return leaveToAnother(destination.url, context);
    }
    if (there && state.adopted) {
        return leaveAdopted(destination.url, async () => there, context);
    }
    // A copy that failed has changed nothing, and the engine records nothing of an update that failed by it. Without a copy ID nothing was ever
    // brought there.
    const unchanged = state.copyId !== undefined && (there?.copyId === state.copyId || (there && endedBadly(there)));
    if (there && !(there.isIncrementalCopy && unchanged)) {
        return leaveChanged(destination.url, context);
    }
    if (there) {
        await deleteBase(destination, state, there, context);
    }
    if (state.takeSnapshot?.deleteSuperseded) {
        const source = openSource(state.source, state.destination, context);
        await deleteTaken(source, destination.url, state.takenSnapshots ?? [], undefined, context);
    }
}

/** Aborts what is pending, unless there are backups to lose, and deletes the destination with its snapshots where that is asked for. */
async function deleteBase(
    destination: Destination,
    { deleteSnapshots, destinationSnapshots }: IncrementalSnapshotCopyState,
    there: BlobGetPropertiesResponse,
    context: Context,
): Promise<void> {
    let etag = there.etag!;
    if (there.copyStatus === "pending") {
        const snapshots = (await copiedSnapshots(destination, context)) ?? destinationSnapshots ?? [];
        if (snapshots.length > 0 && !deleteSnapshots) {
            throw new SnapshotsKept(destination.url);
        }
        const left = await abortPending(destination, there, context);
        if (!left) {
            return;
        }
        etag = left.etag!;
    }
    try {
        await destination.client.delete({
            deleteSnapshots: deleteSnapshots ? "include" : undefined,
            conditions: { ifMatch: etag },
            abortSignal: context.signal,
        });
    } catch (error) {
        if (errorCode(error) === "SnapshotsPresent") {
            throw new SnapshotsKept(destination.url);
        }
        if (isDestinationConflict(error)) {
            throw explain(`delete ${destination.url}, which is being changed by somebody else`, error);
        }
        if (!isNotFound(error)) {
            throw error;
        }
    }
}
