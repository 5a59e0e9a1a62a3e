import { httpDate } from "../clock";
import type { Answer } from "../http/answer";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob, Immutability } from "../state/blob";
import { checkWrite, readConditions } from "./conditions";
import { addressedBlob } from "./find";

/** Set Blob Immutability Policy: a locked one can only be prolonged. ETag and Last-Modified stay. */
export function setImmutabilityPolicy(request: StorageRequest): Answer {
    const { headers, service } = request;
    const wanted = readImmutability(request);
    if (!wanted) {
        throw missingHeader("x-ms-immutability-policy-until-date");
    }
    const blob = addressedBlob(request);
    const { unmodifiedSince, tagsHeader } = readConditions(headers);
    checkWrite({ unmodifiedSince, tagsHeader }, blob);
    const old = blob.rare?.immutability;
    const shortens = old && Date.parse(wanted.until) < Date.parse(old.until);
    if (old?.mode === "locked" && (shortens || wanted.mode !== "locked") && isRetained(blob, service.clock.now())) {
        throw storageError("BlobImmutableDueToPolicy");
    }
    blob.rarities.immutability = wanted;
    return {
        status: 200,
        headers: {
            "x-ms-immutability-policy-until-date": wanted.until,
            "x-ms-immutability-policy-mode": wanted.mode,
        },
    };
}

/** Delete Blob Immutability Policy: an unlocked one only. */
export function deleteImmutabilityPolicy(request: StorageRequest): Answer {
    const blob = addressedBlob(request);
    if (blob.rare?.immutability?.mode === "locked") {
        throw storageError("BlobImmutableDueToPolicy");
    }
    blob.rarities.immutability = undefined;
    return { status: 200 };
}

/** Set Blob Legal Hold: sets it or takes it away. */
export function setLegalHold(request: StorageRequest): Answer {
    const hold = request.headers.boolean("x-ms-legal-hold");
    if (hold === undefined) {
        throw missingHeader("x-ms-legal-hold");
    }
    addressedBlob(request).rarities.legalHold = hold;
    return { status: 200, headers: { "x-ms-legal-hold": String(hold) } };
}

/** The immutability headers of a request; 400 for a time that has passed. */
export function readImmutability({ headers, service }: StorageRequest): Immutability | undefined {
    const until = headers.date("x-ms-immutability-policy-until-date");
    if (until === undefined) {
        return undefined;
    }
    if (until <= service.clock.now()) {
        throw invalidHeader("x-ms-immutability-policy-until-date", headers.get("x-ms-immutability-policy-until-date"));
    }
    const mode = headers.get("x-ms-immutability-policy-mode") || "Unlocked";
    if (!/^(un)?locked$/i.test(mode)) {
        throw invalidHeader("x-ms-immutability-policy-mode", mode);
    }
    return { until: httpDate(until), mode: mode.toLowerCase() };
}

/** 409 for what may not be deleted or overwritten: under legal hold, or retained by a policy that hasn't run out. */
export function refuseRetained(blob: Blob, now: number): void {
    refuseHeld(blob);
    if (isRetained(blob, now)) {
        throw storageError("BlobImmutableDueToPolicy");
    }
}

/** 409 for what may not be changed in place; a policy that has run out forbids that too. */
export function refuseImmutable(blob: Blob): void {
    refuseHeld(blob);
    if (blob.rare?.immutability) {
        throw storageError("BlobImmutableDueToPolicy");
    }
}

function refuseHeld(blob: Blob): void {
    if (blob.rare?.legalHold) {
        throw storageError("BlobImmutableDueToLegalHold");
    }
}

function isRetained(blob: Blob, now: number): boolean {
    const policy = blob.rare?.immutability;
    return policy !== undefined && Date.parse(policy.until) > now;
}
