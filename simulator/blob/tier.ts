import type { Answer } from "../http/answer";
import { invalidHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Blob } from "../state/blob";
import { checkWrite, readTagsCondition } from "./conditions";
import { refuseTier } from "./encryption";
import { addressedBlob } from "./find";
import { checkWriteLease } from "./leaseChecks";
import { refusePendingCopy } from "./pendingCopy";
import { PAGE_TIERS, readTier } from "./requestProperties";

/** Set Blob Tier: 200 at once, or 202 if the blob must be rehydrated first. ETag and Last-Modified stay. */
export function setBlobTier(request: StorageRequest): Answer {
    const { headers, service } = request;
    headers.required("x-ms-access-tier");
    const blob = addressedBlob(request);
    const tier = readTier(request, blob.type, true)!;
    if (headers.has("x-ms-lease-id")) {
        checkWriteLease(request, blob);
    }
    checkWrite(readTagsCondition(headers), blob);
    refusePendingCopy(blob);
    refuseTier(blob);
    const now = service.clock.now();
    if (blob.type === "PageBlob") {
        setPageTier(blob, tier, now);
        return { status: 200 };
    }
    const priority = readRehydratePriority(request);
    if (blob.tier?.rehydration) {
        return raisePriority(request, blob, tier, priority);
    }
    if (blob.tier?.tier === "Archive" && tier !== "Archive") {
        startRehydration(request, blob, tier, priority);
        return { status: 202 };
    }
    if (blob.tier?.tier !== tier) {
        blob.tier = { tier, changed: now };
    }
    return { status: 200 };
}

/** The x-ms-rehydrate-priority header. @default "Standard" */
export function readRehydratePriority(request: StorageRequest): "Standard" | "High" {
    const text = request.headers.get("x-ms-rehydrate-priority");
    if (text === undefined || text === "" || text.toLowerCase() === "standard") {
        return "Standard";
    }
    if (text.toLowerCase() !== "high") {
        throw invalidHeader("x-ms-rehydrate-priority", text);
    }
    return "High";
}

/** Puts an archived blob on its way to an online tier; the clock brings it there. */
export function startRehydration(request: StorageRequest, blob: Blob, to: string, priority: "Standard" | "High"): void {
    const now = request.service.clock.now();
    const due = now + request.service.rehydrateSeconds[priority] * 1000;
    blob.tier = { tier: "Archive", changed: blob.tier?.changed ?? now, rehydration: { to, priority, due } };
}

/** A blob being rehydrated takes only the same tier again, with High instead of Standard priority. */
function raisePriority(request: StorageRequest, blob: Blob, tier: string, priority: "Standard" | "High"): Answer {
    const rehydration = blob.tier!.rehydration!;
    if (tier !== rehydration.to) {
        throw storageError("BlobBeingRehydrated");
    }
    if (priority === "High" && rehydration.priority === "Standard") {
        const { High } = request.service.rehydrateSeconds;
        const due = Math.min(rehydration.due, request.service.clock.now() + High * 1000);
        blob.tier = { ...blob.tier!, rehydration: { to: tier, priority, due } };
    }
    return { status: 202 };
}

function setPageTier(blob: Blob, tier: string, now: number): void {
    const size = PAGE_TIERS[tier]!;
    if (blob.content.length > size * 2 ** 30) {
        throw storageError("BlobTierInadequateForContentLength");
    }
    const old = blob.tier && PAGE_TIERS[blob.tier.tier];
    if (old !== undefined && old > size) {
        throw storageError("CannotChangeToLowerTier");
    }
    blob.tier = { tier, changed: now };
}
