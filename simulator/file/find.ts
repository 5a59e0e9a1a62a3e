import type { Query } from "../http/address";
import { invalidParameter, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Service } from "../service";
import type { Account } from "../state/account";
import { Directory } from "../state/directory";
import { File } from "../state/file";
import type { Share, ShareSnapshot } from "../state/share";

/** Whether dots at the ends of names count, in what a request addresses. */
export const TRAILING_DOT = "x-ms-allow-trailing-dot";
/** The same for the source of a copy or a renaming. */
export const SOURCE_TRAILING_DOT = "x-ms-source-allow-trailing-dot";

/** Where something is in a share, or would be. */
export interface Place {
    readonly share: Share;
    readonly parent: Directory;
    /** The name in the directory. */
    readonly name: string;
    /** What is there now. */
    readonly item: File | Directory | undefined;
}

/** The share of that name; 404 ShareNotFound if there is none. */
export function findShare(account: Account, name: string): Share {
    const share = account.shares.get(name);
    if (!share) {
        throw storageError("ShareNotFound");
    }
    return share;
}

/** The share snapshot that a query names, if it names one; 404 ShareSnapshotNotFound if it isn't there. */
export function findSnapshot(share: Share, query: Query, parameter = "sharesnapshot"): ShareSnapshot | undefined {
    const id = query.get(parameter);
    if (!id) {
        return undefined;
    }
    if (Number.isNaN(Date.parse(id))) {
        throw invalidParameter(parameter, id);
    }
    const snapshot = share.snapshots.find((each) => each.id === id);
    if (!snapshot) {
        throw storageError("ShareSnapshotNotFound");
    }
    return snapshot;
}

/** The names on a path. Dots at their ends are dropped, unless the request says that they count (2022-11-02 on). */
export function namesOf(request: StorageRequest, path: string, header: string): string[] {
    const counts = request.version >= "2022-11-02" && (request.headers.boolean(header) ?? false);
    const names = path.split("/");
    return counts ? names : names.map((name) => name.replace(/\.+$/, ""));
}

/** Where a path leads to; 404 ParentNotFound unless all but the last name are there. */
export function findPlace(share: Share, root: Directory, names: readonly string[]): Place {
    let parent = root;
    for (const name of names.slice(0, -1)) {
        const next = parent.get(name);
        if (!(next instanceof Directory)) {
            throw storageError("ParentNotFound");
        }
        parent = next;
    }
    const name = names.at(-1)!;
    return { share, parent, name, item: parent.get(name) };
}

/** The file that is there; 404 if there is none. */
export function fileAt({ item }: Place, service: Service): File {
    if (!(item instanceof File)) {
        throw storageError("ResourceNotFound");
    }
    return service.settleFile(item);
}

/** The file, of the share or a snapshot of it, that an address and a query name, as it stands now; 404 if there is none. */
export function findFile(
    request: StorageRequest,
    account: Account,
    { share: name, path }: { readonly share?: string; readonly path?: string },
    query: Query,
    trailingDot: string,
): File {
    const share = findShare(account, name!);
    const root = findSnapshot(share, query)?.root ?? share.root;
    return fileAt(findPlace(share, root, namesOf(request, path!, trailingDot)), request.service);
}

/** Whether there is a file or directory where the request leads to. */
export function exists(request: StorageRequest): boolean {
    const { share: name, path } = request.address;
    let item: File | Directory | undefined = request.account.shares.get(name!)?.root;
    for (const each of namesOf(request, path ?? "", TRAILING_DOT)) {
        item = item instanceof Directory ? item.get(each) : undefined;
    }
    return item !== undefined;
}
