import type { TickSource } from "../clock";
import type { Blob } from "./blob";
import { COPY_TIMEOUT, type CopyDestination, type CopyState, type PendingCopy, type StoredObject } from "./copy";

/** Brings a blob up to the time: a rehydration that is done by now, a copy that has ended. Nothing else ends them. */
export function settle(blob: Blob, now: number, ticks: TickSource): void {
    const rehydration = blob.tier?.rehydration;
    if (rehydration && rehydration.due <= now) {
        blob.tier = { tier: rehydration.to, changed: rehydration.due };
        if (blob.copy?.status === "success" && blob.copy.description === "pending") {
            blob.copy = { ...blob.copy, description: undefined };
        }
    }
    settleCopy(blob, now, ticks);
}

/** Brings the destination of a copy up to the time. */
export function settleCopy(destination: CopyDestination, now: number, ticks: TickSource): void {
    const { copy } = destination;
    if (copy?.pending) {
        const end = endOf(copy.pending, now);
        if (end) {
            finish(destination, copy, end, ticks);
        } else {
            progress(destination, copy, copy.pending, now, ticks);
        }
    }
}

/** How a copy ended: when, and why it failed if it did. */
interface End {
    readonly at: number;
    readonly failure?: string;
}

/** The earliest of the things that end a copy, if it lies behind us; success, if it comes at the same moment. */
function endOf(copy: PendingCopy, now: number): End | undefined {
    const ends = copy.transfer ? transferEnds(copy) : [{ at: copy.due, failure: copy.fail }];
    if (copy.broken) {
        ends.push({ at: copy.broken.at, failure: copy.broken.description });
    }
    if (copy.sourceExpires !== undefined) {
        const failure = '403 AuthenticationFailed "Copy failed when reading the source."';
        ends.push({ at: copy.sourceExpires, failure });
    }
    const failure = '500 OperationCancelled "The copy exceeded the maximum allowed time."';
    ends.push({ at: copy.started + COPY_TIMEOUT, failure });
    const first = ends.reduce((earliest, end) => (end.at < earliest.at ? end : earliest));
    return first.at <= now ? first : undefined;
}

/** A copy from outside ends when all bytes have arrived, and no sooner than it is due. */
function transferEnds({ transfer, due, fail }: PendingCopy): End[] {
    if (transfer!.ended === undefined) {
        return [];
    }
    const failure = fail ?? (transfer!.content ? undefined : '500 InternalServerError "Copy failed."');
    return [{ at: Math.max(due, transfer!.ended), failure }];
}

function finish(destination: CopyDestination, copy: CopyState, end: End, ticks: TickSource): void {
    const pending = copy.pending!;
    pending.release?.();
    destination.modified = ticks.past(end.at, destination.modified);
    copy.pending = undefined;
    copy.completed = end.at;
    if (end.failure !== undefined) {
        pending.transfer?.cancel();
        copy.status = "failed";
        copy.description = end.failure;
        destination.empty();
        return;
    }
    const content = pending.transfer?.content ?? pending.content;
    copy.status = "success";
    copy.description = undefined;
    copy.total = content.length;
    copy.copied = content.length;
    destination.receive(content, pending.blocks);
    pending.succeeded?.(end.at);
}

/** A copy ended by its user: no bytes are left, the properties stay. */
export function abort(destination: CopyDestination, now: number, ticks: TickSource): void {
    const copy = destination.copy!;
    copy.pending?.release?.();
    copy.pending?.transfer?.cancel();
    copy.pending = undefined;
    copy.status = "aborted";
    copy.description = undefined;
    copy.completed = now;
    destination.modified = ticks.next();
    destination.empty();
}

function progress(
    destination: CopyDestination,
    copy: CopyState,
    pending: PendingCopy,
    now: number,
    ticks: TickSource,
): void {
    if (!pending.steps || !Number.isFinite(pending.due) || pending.due <= pending.started) {
        return;
    }
    const share = Math.min(1, (now - pending.started) / (pending.due - pending.started));
    const copied = Math.floor(copy.total * share);
    if (copied !== copy.copied) {
        copy.copied = copied;
        if (destination.changesWhileCopied) {
            destination.modified = ticks.next();
        }
    }
}

/** Fails every pending copy that reads this object, because it was changed or deleted just now. */
export function breakReaders(object: StoredObject, now: number, description: string): void {
    const { readers } = object;
    if (!readers) {
        return;
    }
    for (const reader of readers) {
        reader.broken ??= { at: now, description };
    }
    object.readers = undefined;
}
