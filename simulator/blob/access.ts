import type { Access } from "../http/operation";

/** Service operations: an account SAS only. */
export function serviceAccess(...sas: string[]): Access {
    return { level: "s", sas, serviceSas: false };
}

/** Container operations: an account SAS only, but for those that a container's SAS lists permissions for. */
export function containerAccess(...sas: string[]): Access {
    return { level: "c", sas, serviceSas: false };
}

/** Container operations that anyone may carry out on a container that is public as a whole. */
export function publicContainerAccess(...sas: string[]): Access {
    return { level: "c", sas, serviceSas: false, publicAccess: "container" };
}

/** Blob operations that change something. */
export function blobAccess(...sas: string[]): Access {
    return { level: "o", sas };
}

/** Blob operations that anyone may carry out on a public blob. */
export function publicBlobAccess(...sas: string[]): Access {
    return { level: "o", sas, publicAccess: "blob" };
}

/** Operations that may create a blob: permission to create will do as long as there is none to overwrite. */
export const CREATE_OR_WRITE: Access = {
    level: "o",
    sas: ({ account, address }) => {
        const exists = account.containers.get(address.container!)?.blob(address.blob!) !== undefined;
        return [exists ? "w" : "cw"];
    },
};

/** Breaking a lease takes the permission to delete (or to write), all else that to write. */
export const LEASE: Access = {
    level: "o",
    sas: ({ headers }) => [headers.get("x-ms-lease-action")?.toLowerCase() === "break" ? "wd" : "w"],
};

/** Operations that no SAS authorizes. */
export const KEY_ONLY: Access = { level: "c", sas: [""], serviceSas: false };

/** Operations for which only a bearer token will do. */
export const BEARER_ONLY: Access = { level: "s", sas: [""], serviceSas: false, bearerOnly: true };

/** Deleting a version takes its own permission, and so does deleting for good. */
export const DELETE: Access = {
    level: "o",
    sas: ({ query }) => [query.get("deletetype") ? "y" : query.get("versionid") ? "x" : "d"],
};

/** Breaking a container's lease takes the permission to delete (or to write), all else that to write. */
export const LEASE_CONTAINER: Access = { ...LEASE, level: "c", serviceSas: false };
