import type { StorageRequest } from "../http/request";

const READ = ["fileshares/files/read", "readFileBackupSemantics/action"];
const WRITE = ["fileshares/files/write", "writeFileBackupSemantics/action"];
const MODIFY_PERMISSIONS = "fileshares/files/modifypermissions/action";
const SHARE_READ = ["shares/read"];
const SHARE_WRITE = ["shares/write"];

/** Writing, and modifying permissions where the request gives one. */
const WRITE_WITH_PERMISSION = ({ headers }: StorageRequest): readonly string[] =>
    headers.get("x-ms-file-permission") || headers.get("x-ms-file-permission-key")
        ? [...WRITE, MODIFY_PERMISSIONS]
        : WRITE;

/**
 * The actions that a principal's roles must allow for each operation of Azure Files, as the page "Authorize with Microsoft Entra ID" of
 * the REST reference lists them; without `Microsoft.Storage/storageAccounts/fileServices/`.
 */
export const FILE_ACTIONS: Readonly<
    Record<string, readonly string[] | ((request: StorageRequest) => readonly string[])>
> = {
    "List Shares": SHARE_READ,
    "Get File Service Properties": ["read"],
    "Set File Service Properties": ["write"],
    "Get User Delegation Key": ["generateUserDelegationKey/action"],
    "Create Share": SHARE_WRITE,
    "Snapshot Share": SHARE_WRITE,
    "Get Share Properties": SHARE_READ,
    "Set Share Properties": SHARE_WRITE,
    "Get Share Metadata": SHARE_READ,
    "Set Share Metadata": SHARE_WRITE,
    "Delete Share": ["shares/delete"],
    "Restore Share": ["shares/restore/action"],
    "Get Share ACL": SHARE_READ,
    "Set Share ACL": SHARE_WRITE,
    "Get Share Stats": SHARE_READ,
    "Lease Share": ["shares/lease/action"],
    "Create Permission": [MODIFY_PERMISSIONS, "writeFileBackupSemantics/action"],
    "Get Permission": READ,
    "List Directories and Files": READ,
    "Create Directory": WRITE,
    "Get Directory Properties": READ,
    "Set Directory Properties": WRITE_WITH_PERMISSION,
    "Delete Directory": WRITE,
    "Get Directory Metadata": READ,
    "Set Directory Metadata": WRITE,
    "Rename Directory": WRITE,
    "Create File": WRITE,
    "Get File": READ,
    "Get File Properties": READ,
    "Set File Properties": WRITE_WITH_PERMISSION,
    "Get File Metadata": READ,
    "Set File Metadata": WRITE,
    "Put Range": WRITE,
    "Put Range From URL": WRITE,
    "List Ranges": READ,
    "Delete File": WRITE,
    "Copy File": WRITE_WITH_PERMISSION,
    "Abort Copy File": WRITE,
    "Lease File": WRITE,
    "Rename File": WRITE,
    "List Handles": READ,
    "Force Close Handles": WRITE,
    "Create Symbolic Link": WRITE,
    "Get Symbolic Link": READ,
    "Create Hard Link": WRITE,
};

/** The actions that reading a file as a copy's source takes. */
export const FILE_SOURCE_ACTIONS: readonly string[] = READ;
