import { type Access, matchOperation, type Operation, operation, type RequestLine } from "../http/operation";
import {
    BEARER_ONLY,
    blobAccess,
    CREATE_OR_WRITE,
    containerAccess,
    DELETE,
    KEY_ONLY,
    LEASE,
    LEASE_CONTAINER,
    publicBlobAccess,
    publicContainerAccess,
    serviceAccess,
} from "./access";
import { appendBlock, appendBlockFromUrl, sealBlob } from "./append";
import { submitBatch } from "./batch";
import { getBlockList, putBlock, putBlockFromUrl, putBlockList } from "./blocks";
import {
    createContainer,
    deleteContainer,
    getContainerAcl,
    getContainerProperties,
    setContainerAcl,
    setContainerMetadata,
} from "./containers";
import { abortCopyBlob, copyBlob } from "./copyBlob";
import { deleteBlob, undeleteBlob } from "./deleteBlob";
import { findBlobsByTags } from "./findBlobs";
import { copyBlobFromUrl, putBlobFromUrl } from "./fromUrl";
import { deleteImmutabilityPolicy, setImmutabilityPolicy, setLegalHold } from "./immutability";
import { incrementalCopy } from "./incrementalCopy";
import { leaseBlob, leaseContainer } from "./lease";
import { listBlobs } from "./listBlobs";
import { getPageRanges, putPage, putPageFromUrl } from "./pages";
import { getBlobTags, setBlobMetadata, setBlobProperties, setBlobTags } from "./properties";
import { putBlob } from "./putBlob";
import { getBlob, getBlobMetadata, getBlobProperties } from "./readBlob";
import { getAccountInformation, getServiceProperties, listContainers } from "./serviceOperations";
import { snapshotBlob } from "./snapshots";
import { setBlobTier } from "./tier";
import { getUserDelegationKey } from "./userDelegationKey";

const READ = publicBlobAccess("r");
const WRITE = blobAccess("w");
const FROM_URL = { header: "x-ms-copy-source" };
const IMMUTABILITY = { comp: "immutabilitypolicies" };
/** Each request of a batch is authorized by itself. */
const ANY_CONTAINER_SAS: Access = { level: "c", sas: ["*"] };
const LATER = blobAccess("*");

/** The operations of the Blob service, as the REST reference lists them. The first that fits is meant. */
export const OPERATIONS: readonly Operation[] = [
    operation(
        "Get Account Information",
        "GET HEAD",
        "any",
        { restype: "account", comp: "properties" },
        {
            level: "s",
            sas: ["*"],
        },
        getAccountInformation,
    ),

    operation("List Containers", "GET", "service", { comp: "list" }, serviceAccess("l"), listContainers),
    operation(
        "Get Blob Service Properties",
        "GET",
        "service",
        { restype: "service", comp: "properties" },
        serviceAccess("r"),
        getServiceProperties,
    ),
    operation(
        "Set Blob Service Properties",
        "PUT",
        "service",
        { restype: "service", comp: "properties" },
        serviceAccess("w"),
    ),
    operation("Get Blob Service Stats", "GET", "service", { restype: "service", comp: "stats" }, serviceAccess("r")),
    operation(
        "Get User Delegation Key",
        "POST",
        "service",
        { restype: "service", comp: "userdelegationkey" },
        BEARER_ONLY,
        getUserDelegationKey,
    ),
    operation("Find Blobs by Tags", "GET", "service", { comp: "blobs" }, serviceAccess("f"), findBlobsByTags),
    operation("Blob Batch", "POST", "service", { comp: "batch" }, serviceAccess("*"), submitBatch),

    operation("Create Container", "PUT", "container", {}, containerAccess("cw"), createContainer),
    operation("Delete Container", "DELETE", "container", {}, containerAccess("d"), deleteContainer),
    operation(
        "Get Container Properties",
        "GET HEAD",
        "container",
        {},
        publicContainerAccess("r"),
        getContainerProperties,
    ),
    operation(
        "Get Container Metadata",
        "GET HEAD",
        "container",
        { comp: "metadata" },
        publicContainerAccess("r"),
        getContainerProperties,
    ),
    operation(
        "Set Container Metadata",
        "PUT",
        "container",
        { comp: "metadata" },
        containerAccess("w"),
        setContainerMetadata,
    ),
    operation("Get Container ACL", "GET HEAD", "container", { comp: "acl" }, KEY_ONLY, getContainerAcl),
    operation("Set Container ACL", "PUT", "container", { comp: "acl" }, KEY_ONLY, setContainerAcl),
    operation(
        "List Blobs",
        "GET",
        "container",
        { comp: "list" },
        { level: "c", sas: ["l"], publicAccess: "container" },
        listBlobs,
    ),
    operation("Lease Container", "PUT", "container", { comp: "lease" }, LEASE_CONTAINER, leaseContainer),
    operation("Restore Container", "PUT", "container", { comp: "undelete" }, containerAccess("w")),
    operation(
        "Find Blobs by Tags in Container",
        "GET",
        "container",
        { comp: "blobs" },
        { level: "c", sas: ["f"] },
        findBlobsByTags,
    ),
    operation("Blob Batch", "POST", "container", { comp: "batch" }, ANY_CONTAINER_SAS, submitBatch),

    operation(
        "Copy Blob From URL",
        "PUT",
        "blob",
        { header: "x-ms-requires-sync", headerValue: "true" },
        CREATE_OR_WRITE,
        copyBlobFromUrl,
    ),
    operation(
        "Put Blob From URL",
        "PUT",
        "blob",
        { header: "x-ms-blob-type+x-ms-copy-source" },
        CREATE_OR_WRITE,
        putBlobFromUrl,
    ),
    operation("Copy Blob", "PUT", "blob", FROM_URL, CREATE_OR_WRITE, copyBlob),
    operation("Abort Copy Blob", "PUT", "blob", { comp: "copy" }, WRITE, abortCopyBlob),
    operation("Incremental Copy Blob", "PUT", "blob", { comp: "incrementalcopy" }, CREATE_OR_WRITE, incrementalCopy),
    operation("Put Blob", "PUT", "blob", {}, CREATE_OR_WRITE, putBlob),
    operation("Get Blob", "GET", "blob", {}, READ, getBlob),
    operation("Get Blob Properties", "HEAD", "blob", {}, READ, getBlobProperties),
    operation("Set Blob Properties", "PUT", "blob", { comp: "properties" }, WRITE, setBlobProperties),
    operation("Get Blob Metadata", "GET HEAD", "blob", { comp: "metadata" }, READ, getBlobMetadata),
    operation("Set Blob Metadata", "PUT", "blob", { comp: "metadata" }, WRITE, setBlobMetadata),
    operation("Get Blob Tags", "GET", "blob", { comp: "tags" }, blobAccess("t"), getBlobTags),
    operation("Set Blob Tags", "PUT", "blob", { comp: "tags" }, blobAccess("t"), setBlobTags),
    operation("Set Blob Tier", "PUT", "blob", { comp: "tier" }, WRITE, setBlobTier),
    operation("Snapshot Blob", "PUT", "blob", { comp: "snapshot" }, blobAccess("cw"), snapshotBlob),
    operation("Lease Blob", "PUT", "blob", { comp: "lease" }, LEASE, leaseBlob),
    operation("Delete Blob", "DELETE", "blob", {}, DELETE, deleteBlob),
    operation("Undelete Blob", "PUT", "blob", { comp: "undelete" }, WRITE, undeleteBlob),
    operation("Query Blob Contents", "POST", "blob", { comp: "query" }, LATER),
    operation("Set Blob Expiry", "PUT", "blob", { comp: "expiry" }, LATER),
    operation("Set Blob Immutability Policy", "PUT", "blob", IMMUTABILITY, blobAccess("i"), setImmutabilityPolicy),
    operation(
        "Delete Blob Immutability Policy",
        "DELETE",
        "blob",
        IMMUTABILITY,
        blobAccess("i"),
        deleteImmutabilityPolicy,
    ),
    operation("Set Blob Legal Hold", "PUT", "blob", { comp: "legalhold" }, blobAccess("i"), setLegalHold),

    operation("Put Block From URL", "PUT", "blob", { comp: "block", ...FROM_URL }, WRITE, putBlockFromUrl),
    operation("Put Block", "PUT", "blob", { comp: "block" }, WRITE, putBlock),
    operation("Put Block List", "PUT", "blob", { comp: "blocklist" }, WRITE, putBlockList),
    operation("Get Block List", "GET", "blob", { comp: "blocklist" }, READ, getBlockList),

    operation("Put Page From URL", "PUT", "blob", { comp: "page", ...FROM_URL }, WRITE, putPageFromUrl),
    operation("Put Page", "PUT", "blob", { comp: "page" }, WRITE, putPage),
    operation("Get Page Ranges", "GET", "blob", { comp: "pagelist" }, READ, getPageRanges),

    operation(
        "Append Block From URL",
        "PUT",
        "blob",
        { comp: "appendblock", ...FROM_URL },
        blobAccess("aw"),
        appendBlockFromUrl,
    ),
    operation("Append Block", "PUT", "blob", { comp: "appendblock" }, blobAccess("aw"), appendBlock),
    operation("Append Blob Seal", "PUT", "blob", { comp: "seal" }, blobAccess("aw"), sealBlob),
];

/** The operation of the Blob service that a request means, if it means any. */
export function findBlobOperation(request: RequestLine): Operation | undefined {
    const { container, blob } = request.address;
    return matchOperation(
        OPERATIONS,
        request,
        blob !== undefined ? "blob" : container !== undefined ? "container" : "service",
    );
}
