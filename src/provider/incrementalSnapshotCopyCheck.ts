import { isDeepStrictEqual } from "node:util";
import type { PageBlobClient } from "@azure/storage-blob";
import { type SnapshotTime, snapshotOf } from "../copy/incremental";
import { addressUrl, type BlobAddress, resolveAddress, type SourceAddress } from "../storage/address";
import { errorCode, explain } from "../storage/errors";
import { isSameObject } from "../storage/sameObject";
import { redactUrl } from "../storage/url";
import { withinTime } from "../storage/withinTime";
import { checkAcknowledgements } from "./acknowledgements";
import { checkConditions } from "./checkHeaders";
import { checkLocation } from "./checkLocation";
import { checkIncrementalTimeout, longestReadMilliseconds } from "./checkOptions";
import { checkChoice, checkFlag } from "./checkProperties";
import { openDestination, openSource } from "./ends";
import { Failures } from "./failures";
import type { CheckResult, Context } from "./handler";
import {
    type IncrementalSnapshotCopyInputs,
    inputNames,
    isUrl,
    snapshotTime,
    type TakeSnapshot,
} from "./incrementalSnapshotCopyTypes";
import { checkNotItself } from "./itself";
import { isCopyOfBlob, observe } from "./observe";
import { olderThanLast } from "./obtainIncrementalCopy";
import { hasUnknown, unknownValue } from "./unknown";

/** Reports every mistake at once; where a copy is due, also whether the service could make it. */
export async function checkIncrementalSnapshotCopy(
    olds: Partial<IncrementalSnapshotCopyInputs>,
    news: IncrementalSnapshotCopyInputs,
    context: Context,
): Promise<CheckResult<IncrementalSnapshotCopyInputs>> {
    const failures = new Failures(context.secretInputs);
    const now = context.clock.now();
    for (const name of Object.keys(news)) {
        if (![...inputNames, "sourceGeneration"].includes(name) && !name.startsWith("__")) {
            failures.add(
                name,
                undefined,
                `is no input of IncrementalSnapshotCopy; allowed are ${inputNames.join(", ")}`,
            );
        }
    }
    const source = checkLocation(failures, "source", news.source, now);
    const destination = checkLocation(failures, "destination", news.destination, now);
    checkNotItself(failures, source, destination, "give another name");
    checkSource(failures, source);
    checkSnapshot(failures, news, source);
    checkConditions(failures, "conditions", news.conditions);
    checkUnsupportedConditions(failures, news.conditions);
    const keep: unknown = news.keepSnapshots;
    if (keep !== undefined && keep !== unknownValue && !(Number.isInteger(keep) && (keep as number) >= 1)) {
        failures.add("keepSnapshots", keep, "must be a whole number from 1 on; leave it out to keep all");
    }
    checkFlag(failures, "deleteSnapshots", news.deleteSnapshots);
    checkIncrementalTimeout(failures, news);
    checkChoice(failures, "onTimeout", news.onTimeout, ["keep", "abort"]);
    checkAcknowledgements(failures, news);

    const { sourceGeneration: _, ...inputs } = news;
    if (failures.count > 0) {
        return { inputs, failures: failures.all };
    }
    const generation = await sourceGeneration(olds, inputs, failures, context);
    const checked = { ...inputs, sourceGeneration: generation };
    warnOfReplacement(olds, checked, context);
    return { inputs: checked, failures: failures.all };
}

/** Of the destination of incremental copies, neither a lease nor tags can be there. */
function checkUnsupportedConditions(failures: Failures, conditions: object | undefined): void {
    if (typeof conditions !== "object" || conditions === null) {
        return;
    }
    for (const [name, why] of [
        ["leaseId", "can't be leased"],
        ["tagConditions", "can't have tags"],
    ] as const) {
        if (name in conditions) {
            failures.add(
                `conditions.${name}`,
                undefined,
                `must be left out, since the destination of incremental copies ${why}`,
            );
        }
    }
}

function checkSource(failures: Failures, source: SourceAddress | undefined): void {
    if (source && source.kind !== "blob") {
        failures.add(
            "source",
            addressUrl(source),
            "must be a page blob in Azure Storage; for anything else use BlobCopy",
        );
    } else if (source?.snapshot !== undefined) {
        failures.add("source.snapshot", source.snapshot, "must be given as the input snapshot, beside source");
    } else if (source?.versionId !== undefined) {
        failures.add("source.versionId", source.versionId, "can't be copied incrementally; give a snapshot");
    }
}

function checkSnapshot(
    failures: Failures,
    { snapshot, takeSnapshot, source: location }: IncrementalSnapshotCopyInputs,
    source: SourceAddress | undefined,
): void {
    if ((snapshot === undefined) === (takeSnapshot === undefined)) {
        const which = snapshot === undefined ? "is missing" : "contradicts takeSnapshot";
        failures.add(
            "snapshot",
            snapshot === undefined ? undefined : redactUrl(String(snapshot)),
            `${which}; give the snapshot to copy, or takeSnapshot to have one taken`,
        );
    }
    if (takeSnapshot !== undefined) {
        checkTakeSnapshot(failures, takeSnapshot, location?.sasToken);
    }
    if (snapshot === undefined || snapshot === unknownValue) {
        return;
    }
    const time = typeof snapshot === "string" ? snapshotTime(snapshot) : "";
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z$/.test(time)) {
        failures.add(
            "snapshot",
            typeof snapshot === "string" ? redactUrl(snapshot) : snapshot,
            "must be the DateTime of a snapshot of the source, such as 2026-01-31T12:00:00.0000000Z, or the snapshot's URL",
        );
    } else if (source?.kind === "blob" && isUrl(snapshot)) {
        const named = resolveAddress({ url: redactUrl(snapshot), accountName: source.accountName });
        if (named?.kind !== "blob" || !isSameObject(baseOf(named), source)) {
            failures.add("snapshot", redactUrl(snapshot), "must be a snapshot of the source, not of another blob");
        }
    }
}

function checkTakeSnapshot(failures: Failures, takeSnapshot: TakeSnapshot, sasToken: string | undefined): void {
    if ((takeSnapshot as unknown) === unknownValue) {
        return;
    }
    const parts = ["triggers", "deleteSuperseded"];
    if (typeof takeSnapshot !== "object" || takeSnapshot === null || Array.isArray(takeSnapshot)) {
        failures.add("takeSnapshot", takeSnapshot, `must be an object with ${parts.join(", ")}, which may be empty`);
        return;
    }
    for (const name of Object.keys(takeSnapshot).filter((each) => !parts.includes(each))) {
        failures.add(`takeSnapshot.${name}`, undefined, `is not known; allowed are ${parts.join(", ")}`);
    }
    const { triggers, deleteSuperseded } = takeSnapshot;
    if (triggers !== undefined && (triggers as unknown) !== unknownValue && !Array.isArray(triggers)) {
        failures.add(
            "takeSnapshot.triggers",
            triggers,
            "must be an array of values; another value takes another snapshot",
        );
    }
    checkFlag(failures, "takeSnapshot.deleteSuperseded", deleteSuperseded);
    const permissions = sasToken && sasToken !== unknownValue ? new URLSearchParams(sasToken).get("sp") : null;
    if (permissions !== null && !/[cw]/.test(permissions)) {
        failures.add(
            "source.sasToken",
            `sp=${permissions}`,
            "must permit taking snapshots (sp with c or w), listing them (l), and deleting them (d) with deleteSuperseded",
        );
    }
}

/**
 * What tells one life of the source from the next: as it was recorded, or another text once the source was found to be
 * re-created since its last copied snapshot. Looks only where a copy is due.
 */
async function sourceGeneration(
    olds: Partial<IncrementalSnapshotCopyInputs>,
    news: IncrementalSnapshotCopyInputs,
    failures: Failures,
    context: Context,
): Promise<string | undefined> {
    if (!isDue(olds, news)) {
        return olds.sourceGeneration;
    }
    try {
        return await withinTime(longestReadMilliseconds, context.signal, (signal) =>
            generationNow(olds, news, failures, { ...context, signal }),
        );
    } catch (error) {
        context.warn(
            `${explain(`see whether ${addressUrl(resolveAddress(news.source)!)} can be copied incrementally`, error).message}; the copy itself will tell`,
        );
        return olds.sourceGeneration;
    }
}

async function generationNow(
    olds: Partial<IncrementalSnapshotCopyInputs>,
    news: IncrementalSnapshotCopyInputs,
    failures: Failures,
    context: Context,
): Promise<string | undefined> {
    const source = openSource(news.source, news.destination, context);
    const destination = openDestination(news.destination, context);
    const there = await observe(destination, context);
    const last = there?.copyStatus === "success" ? snapshotOf(there.copySource) : undefined;
    if (!there?.isIncrementalCopy || last === undefined || !isCopyOfBlob(there.copySource!, source.address)) {
        return olds.sourceGeneration;
    }
    const wanted = news.snapshot === undefined ? undefined : snapshotTime(news.snapshot);
    if (wanted !== undefined && wanted < last) {
        failures.add("snapshot", wanted, olderThanLast(wanted, last, destination.url).message);
        return olds.sourceGeneration;
    }
    const client = (await source.client!()).getPageBlobClient();
    const to = wanted === undefined ? client : client.withSnapshot(wanted);
    return wanted === last || !(await isRecreated(to, last, context.signal)) ? olds.sourceGeneration : `since ${last}`;
}

/** The old destination is deleted after a replacement, by what was recorded of it: too late, then, to set deleteSnapshots. */
function warnOfReplacement(
    olds: Partial<IncrementalSnapshotCopyInputs>,
    news: IncrementalSnapshotCopyInputs,
    context: Context,
): void {
    const { source, destination, deleteSnapshots } = olds;
    if (!source || !destination || deleteSnapshots === true || hasUnknown([olds, news])) {
        return;
    }
    const staysThere = same(source, news.source) && same(destination, news.destination);
    if (!staysThere || olds.sourceGeneration !== news.sourceGeneration) {
        context.warn(
            "this replaces the resource, whose old destination will not be deleted while it has snapshots: run pulumi up with deleteSnapshots: true before, to have it deleted with them, or set the resource option retainOnDelete, to keep it",
        );
    }
}

/** Whether the next `up` will copy onto the same destination from the same source, as far as the inputs tell. */
function isDue(olds: Partial<IncrementalSnapshotCopyInputs>, news: IncrementalSnapshotCopyInputs): boolean {
    const { source, destination } = olds;
    const asked = ({ snapshot, takeSnapshot }: Partial<IncrementalSnapshotCopyInputs>) =>
        snapshot === undefined ? (takeSnapshot?.triggers ?? []) : snapshotTime(snapshot);
    return (
        source !== undefined &&
        destination !== undefined &&
        !hasUnknown([olds, news]) &&
        same(source, news.source) &&
        same(destination, news.destination) &&
        !isDeepStrictEqual(asked(olds), asked(news))
    );
}

function same(one: object, other: object): boolean {
    const [oneAddress, otherAddress] = [resolveAddress(one), resolveAddress(other)] as (BlobAddress | undefined)[];
    return oneAddress !== undefined && otherAddress !== undefined && isSameObject(oneAddress, otherAddress);
}

function baseOf({ snapshot: _, ...blob }: BlobAddress): BlobAddress {
    return blob;
}

/** Whether a blob was overwritten since a snapshot of it was taken: the service can't tell what has changed, then. One Get Page Ranges. */
async function isRecreated(blob: PageBlobClient, since: SnapshotTime, signal: AbortSignal): Promise<boolean> {
    try {
        await blob.getPageRangesDiff(0, 512, since, { abortSignal: signal });
        return false;
    } catch (error) {
        if (errorCode(error) === "BlobOverwritten") {
            return true;
        }
        throw error;
    }
}
