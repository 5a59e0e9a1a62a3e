import { BEARER_ONLY, blobAccess, containerAccess, KEY_ONLY, LEASE_CONTAINER, serviceAccess } from "../blob/access";
import { getUserDelegationKey } from "../blob/userDelegationKey";
import { type Access, matchOperation, type Operation, operation, type Resource, restypeOf } from "../http/operation";
import type { StorageRequest } from "../http/request";
import { abortCopyFile, copyFile } from "./copyFile";
import { createFile } from "./createFile";
import {
    createDirectory,
    deleteDirectory,
    getDirectoryMetadata,
    getDirectoryProperties,
    setDirectoryMetadata,
    setDirectoryProperties,
} from "./directories";
import { deleteFile, getFileMetadata, setFileMetadata, setFileProperties } from "./files";
import { exists } from "./find";
import { leaseFile, leaseShare } from "./lease";
import { listDirectory } from "./listDirectory";
import { getFileServiceProperties, listShares } from "./listShares";
import { createPermission, getPermission } from "./permissions";
import { listRanges, putRange, putRangeFromUrl } from "./ranges";
import { getFile, getFileProperties } from "./readFile";
import { renameDirectory, renameFile } from "./rename";
import {
    createShare,
    deleteShare,
    getShareAcl,
    getShareProperties,
    getShareStats,
    setShareAcl,
    setShareMetadata,
    setShareProperties,
    snapshotShare,
} from "./shares";

/** Share operations: an account SAS only, as for containers, but for those that a share's SAS lists permissions for. */
const shareAccess = containerAccess;
/** Operations on files and directories: any SAS with the permission, as for blobs. */
const fileAccess = blobAccess;
const READ = fileAccess("r");
const WRITE = fileAccess("w");
const DELETE = fileAccess("d");
/** Permission to create will do as long as there is nothing to overwrite. */
const CREATE_OR_WRITE: Access = { level: "o", sas: (request) => [exists(request) ? "w" : "cw"] };
const SHARE = { restype: "share" };
const FROM_URL = { header: "x-ms-copy-source" };

/** The operations of Azure Files, as the REST reference lists them. The first that fits is meant. */
export const FILE_OPERATIONS: readonly Operation[] = [
    operation("List Shares", "GET", "service", { comp: "list" }, serviceAccess("l"), listShares),
    operation(
        "Get File Service Properties",
        "GET",
        "service",
        { restype: "service", comp: "properties" },
        serviceAccess("r"),
        getFileServiceProperties,
    ),
    operation(
        "Set File Service Properties",
        "PUT",
        "service",
        { restype: "service", comp: "properties" },
        serviceAccess("w"),
    ),
    operation(
        "Get User Delegation Key",
        "POST",
        "service",
        { restype: "service", comp: "userdelegationkey" },
        BEARER_ONLY,
        getUserDelegationKey,
    ),

    operation("Create Share", "PUT", "share", SHARE, shareAccess("cw"), createShare),
    operation("Snapshot Share", "PUT", "share", { ...SHARE, comp: "snapshot" }, shareAccess("cw"), snapshotShare),
    operation("Get Share Properties", "GET HEAD", "share", SHARE, shareAccess("r"), getShareProperties),
    operation(
        "Set Share Properties",
        "PUT",
        "share",
        { ...SHARE, comp: "properties" },
        shareAccess("w"),
        setShareProperties,
    ),
    operation(
        "Get Share Metadata",
        "GET HEAD",
        "share",
        { ...SHARE, comp: "metadata" },
        shareAccess("r"),
        getShareProperties,
    ),
    operation("Set Share Metadata", "PUT", "share", { ...SHARE, comp: "metadata" }, shareAccess("w"), setShareMetadata),
    operation("Delete Share", "DELETE", "share", SHARE, shareAccess("d"), deleteShare),
    operation("Restore Share", "PUT", "share", { ...SHARE, comp: "undelete" }, shareAccess("w")),
    operation("Get Share ACL", "GET HEAD", "share", { ...SHARE, comp: "acl" }, KEY_ONLY, getShareAcl),
    operation("Set Share ACL", "PUT", "share", { ...SHARE, comp: "acl" }, KEY_ONLY, setShareAcl),
    operation("Get Share Stats", "GET", "share", { ...SHARE, comp: "stats" }, shareAccess("r"), getShareStats),
    operation(
        "Create Permission",
        "PUT",
        "share",
        { ...SHARE, comp: "filepermission" },
        { level: "c", sas: ["w"] },
        createPermission,
    ),
    operation(
        "Get Permission",
        "GET",
        "share",
        { ...SHARE, comp: "filepermission" },
        { level: "c", sas: ["r"] },
        getPermission,
    ),
    operation("Lease Share", "PUT", "share", { ...SHARE, comp: "lease" }, LEASE_CONTAINER, leaseShare),

    operation(
        "List Directories and Files",
        "GET",
        "directory",
        { comp: "list" },
        { level: "c", sas: ["l"] },
        listDirectory,
    ),
    operation("Create Directory", "PUT", "directory", {}, fileAccess("cw"), createDirectory),
    operation("Get Directory Properties", "GET HEAD", "directory", {}, READ, getDirectoryProperties),
    operation("Set Directory Properties", "PUT", "directory", { comp: "properties" }, WRITE, setDirectoryProperties),
    operation("Get Directory Metadata", "GET HEAD", "directory", { comp: "metadata" }, READ, getDirectoryMetadata),
    operation("Set Directory Metadata", "PUT", "directory", { comp: "metadata" }, WRITE, setDirectoryMetadata),
    operation("Delete Directory", "DELETE", "directory", {}, DELETE, deleteDirectory),
    operation("Rename Directory", "PUT", "directory", { comp: "rename" }, WRITE, renameDirectory),

    operation("Copy File", "PUT", "file", FROM_URL, CREATE_OR_WRITE, copyFile),
    operation("Abort Copy File", "PUT", "file", { comp: "copy" }, WRITE, abortCopyFile),
    operation("Create File", "PUT", "file", {}, CREATE_OR_WRITE, createFile),
    operation("Get File", "GET", "file", {}, READ, getFile),
    operation("Get File Properties", "HEAD", "file", {}, READ, getFileProperties),
    operation("Set File Properties", "PUT", "file", { comp: "properties" }, WRITE, setFileProperties),
    operation("Get File Metadata", "GET HEAD", "file", { comp: "metadata" }, READ, getFileMetadata),
    operation("Set File Metadata", "PUT", "file", { comp: "metadata" }, WRITE, setFileMetadata),
    operation("Put Range From URL", "PUT", "file", { comp: "range", ...FROM_URL }, WRITE, putRangeFromUrl),
    operation("Put Range", "PUT", "file", { comp: "range" }, WRITE, putRange),
    operation("List Ranges", "GET", "file", { comp: "rangelist" }, READ, listRanges),
    operation("Lease File", "PUT", "file", { comp: "lease" }, WRITE, leaseFile),
    operation("Rename File", "PUT", "file", { comp: "rename" }, WRITE, renameFile),
    operation("Delete File", "DELETE", "file", {}, DELETE, deleteFile),
    operation("List Handles", "GET", "any", { comp: "listhandles" }, fileAccess("*")),
    operation("Force Close Handles", "PUT", "any", { comp: "forceclosehandles" }, fileAccess("*")),
    operation("Create Symbolic Link", "PUT", "any", { restype: "symboliclink" }, fileAccess("*")),
    operation("Get Symbolic Link", "GET", "any", { restype: "symboliclink" }, fileAccess("*")),
    operation("Create Hard Link", "PUT", "any", { restype: "hardlink" }, fileAccess("*")),
];

/** The operation of Azure Files that a request means, if it means any. */
export function findFileOperation(request: StorageRequest): Operation | undefined {
    return matchOperation(FILE_OPERATIONS, request, resourceOf(request));
}

/** A path is a directory's if the request says so; without a path it may be the share's or that of its root directory. */
function resourceOf(request: StorageRequest): Resource | undefined {
    const { share, path } = request.address;
    const restype = restypeOf(request);
    if (share === undefined) {
        return "service";
    }
    if (restype === "directory") {
        return "directory";
    }
    if (path === undefined) {
        return "share";
    }
    return restype === undefined ? "file" : undefined;
}
