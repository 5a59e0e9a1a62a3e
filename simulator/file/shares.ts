import { policiesXml, readPolicies } from "../blob/accessPolicies";
import { leaseHeaders, modifiedHeaders } from "../blob/describeBlob";
import { checkContainerLease } from "../blob/leaseChecks";
import { readMetadata } from "../blob/requestProperties";
import { httpDate, millisecondsOf, timestampOf } from "../clock";
import type { Answer, AnswerHeaders } from "../http/answer";
import { readSmallBody } from "../http/body";
import { invalidHeader, invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import { element, parent } from "../http/xml";
import { isLocked, leaseState } from "../state/lease";
import { Share, type ShareSnapshot } from "../state/share";
import { metadataHeaders } from "./describeFile";
import { findSnapshot } from "./find";
import { refuseSnapshot, targetShare } from "./target";

/** From this version on shares have leases. */
const LEASE_VERSION = "2020-02-10";
const GIB = 1024 ** 3;

/** Create Share. */
export function createShare(request: StorageRequest): Answer {
    const { account, headers, service, address } = request;
    const quota = readQuota(request);
    const tier = readTier(request);
    const metadata = readMetadata(headers);
    const protocols = headers.get("x-ms-enabled-protocols");
    if (protocols && protocols.toUpperCase() !== "SMB") {
        throw storageError("NotImplemented", { message: `Shares with the protocol ${protocols} are not simulated.` });
    }
    if (account.shares.has(address.share!)) {
        throw storageError("ShareAlreadyExists");
    }
    const share = new Share(account, address.share!, service.ticks.next());
    share.quota = quota ?? share.quota;
    share.accessTier = tier ?? share.accessTier;
    share.metadata = metadata;
    account.shares.set(share.name, share);
    return { status: 201, headers: modifiedHeaders(request, share.modified) };
}

/** Delete Share, with all that is in it, or a snapshot of it. It is gone at once; the real service takes its time. */
export function deleteShare(request: StorageRequest): Answer {
    const { account, headers, query, service } = request;
    const included = headers.get("x-ms-delete-snapshots")?.toLowerCase();
    if (included && included !== "include" && included !== "include-leased") {
        throw invalidHeader("x-ms-delete-snapshots", included);
    }
    const share = targetShare(request);
    const snapshot = findSnapshot(share, query);
    if (snapshot) {
        if (included) {
            throw invalidParameter("sharesnapshot", snapshot.id);
        }
        checkContainerLease(request, snapshot, true);
        share.snapshots = share.snapshots.filter((each) => each !== snapshot);
        return { status: 202 };
    }
    checkContainerLease(request, share, true);
    if (share.snapshots.length > 0 && !included) {
        throw storageError("ShareHasSnapshots");
    }
    const now = service.clock.now();
    if (included === "include" && share.snapshots.some(({ lease }) => isLocked(leaseState(lease, now)))) {
        throw storageError("DeleteShareWhenSnapshotLeased");
    }
    for (const { root } of [share, ...share.snapshots]) {
        for (const file of root.files()) {
            service.forget(file);
        }
    }
    account.shares.delete(share.name);
    return { status: 202 };
}

/** Get Share Properties, which Get Share Metadata is a part of; of a share or a snapshot of it. */
export function getShareProperties(request: StorageRequest): Answer {
    const share = targetShare(request);
    const target = findSnapshot(share, request.query) ?? share;
    checkContainerLease(request, target);
    const onlyMetadata = request.query.get("comp")?.toLowerCase() === "metadata";
    return {
        status: 200,
        headers: {
            ...modifiedHeaders(request, target.modified),
            Vary: "Origin",
            ...metadataHeaders(target.metadata),
            ...(onlyMetadata ? {} : propertyHeaders(request, share, target)),
        },
    };
}

function propertyHeaders(request: StorageRequest, share: Share, target: Share | ShareSnapshot): AnswerHeaders {
    const { version } = request;
    return {
        ...(version >= LEASE_VERSION ? leaseHeaders(request, target.lease) : {}),
        "x-ms-has-immutability-policy": "false",
        "x-ms-has-legal-hold": "false",
        "x-ms-share-quota": target.quota,
        ...(version >= "2019-12-12"
            ? {
                  "x-ms-access-tier": share.accessTier,
                  "x-ms-access-tier-change-time": httpDate(millisecondsOf(share.tierChanged)),
              }
            : {}),
    };
}

/** Set Share Properties: quota and access tier. */
export function setShareProperties(request: StorageRequest): Answer {
    refuseSnapshot(request);
    const quota = readQuota(request);
    const tier = readTier(request);
    const share = targetShare(request);
    checkContainerLease(request, share, true);
    share.quota = quota ?? share.quota;
    if (tier) {
        share.accessTier = tier;
        share.tierChanged = request.service.ticks.next();
    }
    return changed(request, share);
}

/** Set Share Metadata: replaces the whole set. */
export function setShareMetadata(request: StorageRequest): Answer {
    refuseSnapshot(request);
    const metadata = readMetadata(request.headers);
    const share = targetShare(request);
    checkContainerLease(request, share, true);
    share.metadata = metadata;
    return changed(request, share);
}

/** Get Share ACL: the stored access policies. */
export function getShareAcl(request: StorageRequest): Answer {
    const share = targetShare(request);
    checkContainerLease(request, share);
    const headers = modifiedHeaders(request, share.modified);
    return { status: 200, headers, xml: policiesXml(share.policies), chunked: true };
}

/** Set Share ACL: replaces them. */
export async function setShareAcl(request: StorageRequest): Promise<Answer> {
    const body = await readSmallBody(request.body);
    const policies = body.length === 0 ? [] : readPolicies(body);
    const share = targetShare(request);
    checkContainerLease(request, share, true);
    share.policies = policies;
    return changed(request, share);
}

/** Get Share Stats: how many bytes were written, as of now. */
export function getShareStats(request: StorageRequest): Answer {
    const share = targetShare(request);
    checkContainerLease(request, share);
    let bytes = 0;
    for (const { content } of share.root.files()) {
        for (const { start, end } of content.ranges()) {
            bytes += end - start + 1;
        }
    }
    const usage =
        request.version >= "2018-11-09"
            ? element("ShareUsageBytes", bytes)
            : element("ShareUsage", Math.ceil(bytes / GIB));
    return {
        status: 200,
        headers: modifiedHeaders(request, share.modified),
        xml: parent("ShareStats", usage),
        chunked: true,
    };
}

/** Snapshot Share: keeps all files as they are. */
export function snapshotShare(request: StorageRequest): Answer {
    const { service } = request;
    const metadata = readMetadata(request.headers);
    const share = targetShare(request);
    for (const file of share.root.files()) {
        service.settleFile(file);
    }
    const modified = service.ticks.next();
    const id = timestampOf(modified);
    const root = share.root.frozen();
    const { quota } = share;
    share.snapshots.push({ id, root, modified, metadata: metadata ?? share.metadata, quota, lease: undefined });
    return { status: 201, headers: { ...modifiedHeaders(request, modified), "x-ms-snapshot": id } };
}

function changed(request: StorageRequest, share: Share): Answer {
    share.modified = request.service.ticks.next();
    return { status: 200, headers: modifiedHeaders(request, share.modified) };
}

/** The x-ms-share-quota header: 1 to 102,400 GiB. */
function readQuota({ headers }: StorageRequest): number | undefined {
    const quota = headers.integer("x-ms-share-quota");
    if (quota !== undefined && (quota < 1 || quota > 102_400)) {
        throw invalidHeader("x-ms-share-quota", String(quota));
    }
    return quota;
}

function readTier({ account, headers }: StorageRequest): string | undefined {
    const text = headers.get("x-ms-access-tier");
    if (!text) {
        return undefined;
    }
    const tiers = account.isPremium ? ["Premium"] : ["TransactionOptimized", "Hot", "Cool"];
    const tier = tiers.find((each) => each.toLowerCase() === text.toLowerCase());
    if (!tier) {
        throw invalidHeader("x-ms-access-tier", text);
    }
    return tier;
}
