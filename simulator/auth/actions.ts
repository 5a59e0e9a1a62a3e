import type { StorageService } from "../http/address";
import type { StorageRequest } from "../http/request";
import { FILE_ACTIONS, FILE_SOURCE_ACTIONS } from "./fileActions";

type Needed = readonly string[] | ((request: StorageRequest) => readonly string[]);

const READ = ["containers/blobs/read"];
const WRITE = ["containers/blobs/write"];
const ADD_OR_WRITE = ["containers/blobs/write|containers/blobs/add/action"];
const CONTAINER_READ = ["containers/read"];
const CONTAINER_WRITE = ["containers/write"];
const FILTER = ["containers/blobs/filter/action"];
const SUPER_USER = ["containers/blobs/immutableStorage/runAsSuperUser/action"];

/** A new blob may be added; what replaces one must be written. */
const CREATE: Needed = ({ account, address }) =>
    account.containers.get(address.container!)?.blob(address.blob!) ? WRITE : ADD_OR_WRITE;

/** The tags that a copy takes over are written too. */
const CREATE_WITH_TAGS: Needed = (request) => [
    ...(CREATE as Extract<Needed, (request: StorageRequest) => readonly string[]>)(request),
    ...(request.headers.get("x-ms-copy-source-tag-option") === "COPY" ? ["containers/blobs/tags/write"] : []),
];

const DELETE: Needed = ({ query }) => [
    query.get("deletetype")
        ? "containers/blobs/permanentDelete/action"
        : query.get("versionid")
          ? "containers/blobs/deleteBlobVersion/action"
          : "containers/blobs/delete",
];

/**
 * The actions that a principal's roles must allow for each operation, as the page "Authorize with Microsoft Entra ID" of the
 * REST reference lists them; without `Microsoft.Storage/storageAccounts/blobServices/`. Several that will do are parted by `|`.
 */
export const ACTIONS: Readonly<Record<string, Needed>> = {
    "Get Account Information": ["getInfo/action"],
    "List Containers": CONTAINER_READ,
    "Get Blob Service Properties": ["read"],
    "Set Blob Service Properties": ["write"],
    "Get Blob Service Stats": ["read"],
    "Get User Delegation Key": ["generateUserDelegationKey/action"],
    "Find Blobs by Tags": FILTER,
    // The requests inside are authorized by themselves.
    "Blob Batch": CONTAINER_WRITE,
    "Create Container": CONTAINER_WRITE,
    "Delete Container": ["containers/delete"],
    "Get Container Properties": CONTAINER_READ,
    "Get Container Metadata": CONTAINER_READ,
    "Set Container Metadata": CONTAINER_WRITE,
    "Get Container ACL": ["containers/getAcl/action"],
    "Set Container ACL": ["containers/setAcl/action"],
    "List Blobs": READ,
    "Lease Container": CONTAINER_WRITE,
    "Restore Container": CONTAINER_WRITE,
    "Find Blobs by Tags in Container": FILTER,
    "Copy Blob From URL": CREATE_WITH_TAGS,
    "Put Blob From URL": CREATE_WITH_TAGS,
    "Copy Blob": CREATE,
    "Abort Copy Blob": WRITE,
    "Incremental Copy Blob": CREATE,
    "Put Blob": CREATE,
    "Get Blob": READ,
    "Get Blob Properties": READ,
    "Set Blob Properties": WRITE,
    "Get Blob Metadata": READ,
    "Set Blob Metadata": WRITE,
    "Get Blob Tags": ["containers/blobs/tags/read"],
    "Set Blob Tags": ["containers/blobs/tags/write"],
    "Set Blob Tier": WRITE,
    "Snapshot Blob": ADD_OR_WRITE,
    "Lease Blob": WRITE,
    "Delete Blob": DELETE,
    "Undelete Blob": CONTAINER_WRITE,
    "Query Blob Contents": READ,
    "Set Blob Expiry": WRITE,
    "Set Blob Immutability Policy": SUPER_USER,
    "Delete Blob Immutability Policy": SUPER_USER,
    "Set Blob Legal Hold": CONTAINER_WRITE,
    "Put Block From URL": WRITE,
    "Put Block": WRITE,
    "Put Block List": WRITE,
    "Get Block List": READ,
    "Put Page From URL": WRITE,
    "Put Page": WRITE,
    "Get Page Ranges": READ,
    "Append Block From URL": ADD_OR_WRITE,
    "Append Block": ADD_OR_WRITE,
    "Append Blob Seal": WRITE,
};

/** The actions that a request takes: its operation's, and those for the tags that it sets or depends on. */
export function neededActions(operation: string, request: StorageRequest): readonly string[] {
    if (request.address.service === "file") {
        return asked(FILE_ACTIONS[operation]!, request);
    }
    return [
        ...asked(ACTIONS[operation]!, request),
        ...(request.headers.has("x-ms-tags") ? ["containers/blobs/tags/write"] : []),
        ...(request.headers.has("x-ms-if-tags") ? ["containers/blobs/tags/read"] : []),
    ];
}

function asked(needed: Needed, request: StorageRequest): readonly string[] {
    return typeof needed === "function" ? needed(request) : needed;
}

/** The actions that reading a copy's source takes. The reference lists none for a file that Copy File reads within an account; they are asked for all the same. */
export function sourceActions(service: StorageService, readsTags: boolean): readonly string[] {
    if (service === "file") {
        return FILE_SOURCE_ACTIONS;
    }
    return readsTags ? [...READ, "containers/blobs/tags/read"] : READ;
}
