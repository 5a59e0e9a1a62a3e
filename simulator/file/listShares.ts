import { firstName, readMarker, writeMarker } from "../blob/marker";
import { readServiceListing, serviceListXml } from "../blob/serviceList";
import { etagOf, httpDate, millisecondsOf } from "../clock";
import type { Answer } from "../http/answer";
import type { StorageRequest } from "../http/request";
import { element, parent } from "../http/xml";
import { isLocked, leaseState } from "../state/lease";
import type { Share, ShareSnapshot } from "../state/share";

/** List Shares. Snapshots come before the share that they are of, oldest first. */
export function listShares(request: StorageRequest): Answer {
    const { prefix, max, include } = readServiceListing(request, ["metadata", "snapshots", "deleted"]);
    const [markerName, markerOrder] = (readMarker(request) ?? "").split("\0") as [string, string | undefined];
    const listed: string[] = [];
    let next = "";
    for (const [name, share] of request.account.shares.entries(firstName(prefix, markerName))) {
        if (!name.startsWith(prefix) || next !== "") {
            break;
        }
        for (const [order, target] of underName(share, include.includes("snapshots"))) {
            if (name === markerName && markerOrder !== undefined && order < markerOrder) {
                continue;
            }
            if (listed.length === max) {
                next = writeMarker(`${name}\0${order}`);
                break;
            }
            listed.push(shareElement(request, share, target, include.includes("metadata")));
        }
    }
    const xml = serviceListXml(request, "Shares", listed, next);
    return { status: 200, headers: { Vary: "Origin" }, xml, chunked: true };
}

/** What is listed under a share's name, and where each comes in order. */
function underName(share: Share, withSnapshots: boolean): [string, Share | ShareSnapshot][] {
    const snapshots = withSnapshots ? share.snapshots : [];
    return [...snapshots.map((each): [string, ShareSnapshot] => [each.id, each]), ["\uffff", share]];
}

function shareElement(
    { service, version }: StorageRequest,
    share: Share,
    target: Share | ShareSnapshot,
    withMetadata: boolean,
): string {
    const lease = leaseState(target.lease, service.clock.now());
    const metadata = Object.entries(target.metadata ?? {}).map(([key, value]) => element(key, value));
    const leaseElements =
        element("LeaseStatus", isLocked(lease) ? "locked" : "unlocked") +
        element("LeaseState", lease) +
        (lease === "leased" ? element("LeaseDuration", target.lease!.duration === -1 ? "infinite" : "fixed") : "");
    const tierElements =
        element("AccessTier", share.accessTier) +
        element("AccessTierChangeTime", httpDate(millisecondsOf(share.tierChanged)));
    const properties =
        element("Last-Modified", httpDate(millisecondsOf(target.modified))) +
        element("Etag", `"${etagOf(target.modified)}"`) +
        (version >= "2020-02-10" ? leaseElements : "") +
        element("Quota", target.quota) +
        (version >= "2019-12-12" ? tierElements : "");
    return parent(
        "Share",
        element("Name", share.name) +
            ("id" in target ? element("Snapshot", target.id) : "") +
            parent("Properties", properties) +
            (withMetadata ? parent("Metadata", metadata.join("")) : ""),
    );
}

/** Get File Service Properties: those of an account on which nobody ever set any. */
export function getFileServiceProperties(): Answer {
    const metrics =
        element("Version", "1.0") +
        element("Enabled", "false") +
        parent("RetentionPolicy", element("Enabled", "false"));
    const xml = parent(
        "StorageServiceProperties",
        `${parent("HourMetrics", metrics)}${parent("MinuteMetrics", metrics)}<Cors />`,
    );
    return { status: 200, xml, chunked: true };
}
