import { etagOf, httpDate, millisecondsOf } from "../clock";
import type { Answer } from "../http/answer";
import type { StorageRequest } from "../http/request";
import { element, optionalElement, parent } from "../http/xml";
import type { Container } from "../state/container";
import { isLocked, leaseState } from "../state/lease";
import { firstName, readMarker, writeMarker } from "./marker";
import { readServiceListing, serviceListXml } from "./serviceList";

/** List Containers. */
export function listContainers(request: StorageRequest): Answer {
    const { prefix, max, include } = readServiceListing(request, ["metadata", "deleted", "system"]);
    const marker = readMarker(request) ?? "";
    const listed: string[] = [];
    let next = "";
    for (const [name, container] of request.account.containers.entries(firstName(prefix, marker))) {
        if (!name.startsWith(prefix)) {
            break;
        }
        if (listed.length === max) {
            next = writeMarker(name);
            break;
        }
        listed.push(containerElement(request, container, include.includes("metadata")));
    }
    const xml = serviceListXml(request, "Containers", listed, next);
    return { status: 200, xml, chunked: true };
}

function containerElement(request: StorageRequest, container: Container, withMetadata: boolean): string {
    const lease = leaseState(container.lease, request.service.clock.now());
    const metadata = Object.entries(container.metadata ?? {}).map(([key, value]) => element(key, value));
    const properties =
        element("Last-Modified", httpDate(millisecondsOf(container.modified))) +
        element("Etag", `"${etagOf(container.modified)}"`) +
        element("LeaseStatus", isLocked(lease) ? "locked" : "unlocked") +
        element("LeaseState", lease) +
        (lease === "leased" ? element("LeaseDuration", container.lease!.duration === -1 ? "infinite" : "fixed") : "") +
        optionalElement("PublicAccess", container.publicAccess) +
        element("DefaultEncryptionScope", container.encryptionScope ?? "$account-encryption-key") +
        element("DenyEncryptionScopeOverride", String(container.denyScopeOverride)) +
        element("HasImmutabilityPolicy", "false") +
        element("HasLegalHold", "false") +
        element("ImmutableStorageWithVersioningEnabled", String(container.immutableStorageWithVersioning));
    return parent(
        "Container",
        element("Name", container.name) +
            parent("Properties", properties) +
            (withMetadata ? parent("Metadata", metadata.join("")) : ""),
    );
}

/** Get Blob Service Properties: those of an account on which nobody ever set any, but for soft delete. */
export function getServiceProperties({ account }: StorageRequest): Answer {
    const noRetention = parent("RetentionPolicy", element("Enabled", "false"));
    const metrics = element("Version", "1.0") + element("Enabled", "false") + noRetention;
    const logging =
        element("Version", "1.0") +
        element("Delete", "false") +
        element("Read", "false") +
        element("Write", "false") +
        noRetention;
    const xml = parent(
        "StorageServiceProperties",
        parent("Logging", logging) +
            parent("HourMetrics", metrics) +
            parent("MinuteMetrics", metrics) +
            "<Cors />" +
            parent("DeleteRetentionPolicy", deleteRetention(account.softDeleteDays)) +
            parent("StaticWebsite", element("Enabled", "false")),
    );
    return { status: 200, xml, chunked: true };
}

function deleteRetention(days: number): string {
    return days > 0 ? element("Enabled", "true") + element("Days", days) : element("Enabled", "false");
}

/** Get Account Information. */
export function getAccountInformation(request: StorageRequest): Answer {
    return {
        status: 200,
        headers: {
            "x-ms-sku-name": request.account.sku,
            "x-ms-account-kind": request.account.kind,
            "x-ms-is-hns-enabled":
                request.version >= "2019-07-07" ? String(request.account.hierarchicalNamespace) : undefined,
        },
        length: 0,
    };
}
