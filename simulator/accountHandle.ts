import { actionsOf, type BuiltInRole, type RoleAssignmentOptions } from "./auth/roles";
import { checkTags } from "./blob/requestProperties";
import { bytes, type Content } from "./content/content";
import { JoinedContent } from "./content/joined";
import { PageMap } from "./content/pageMap";
import type { RuleHandle } from "./copies";
import type { Principal } from "./entra/principals";
import { checkBlobName, checkContainerName, checkFilePath, checkShareName, type StorageService } from "./http/address";
import type { Service } from "./service";
import type { Account } from "./state/account";
import { Blob, type BlobType } from "./state/blob";
import { Container, type PublicAccess } from "./state/container";
import { Directory } from "./state/directory";
import { File } from "./state/file";
import { GeneratedBlobs, type GeneratedNames } from "./state/generatedBlobs";
import { type BlobHeaders, DEFAULT_HEADERS } from "./state/properties";
import { Share } from "./state/share";

/** Properties of a blob that is put in directly. */
export interface PutBlobOptions {
    /** @default "BlockBlob" */
    readonly blobType?: BlobType;
    /** @default "application/octet-stream" */
    readonly contentType?: string;
    readonly contentEncoding?: string;
    readonly contentLanguage?: string;
    readonly contentDisposition?: string;
    readonly cacheControl?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    /** @default the account's, inferred */
    readonly accessTier?: string;
    /** The stored Content-MD5 in Base64. @default computed for block blobs of text or a Buffer, none otherwise */
    readonly contentMd5?: string;
}

/** Properties of a container that is created directly. */
export interface CreateContainerOptions {
    /** @default no one may read without authorization */
    readonly publicAccess?: PublicAccess;
    /** Whether Get Container Properties tells of version-level immutability support. @default false */
    readonly immutableStorageWithVersioning?: boolean;
    /** Block blobs that the container holds from the start, made only when they are looked at: a million cost nothing. */
    readonly generated?: GeneratedNames;
}

/** Properties of a share that is created directly. */
export interface CreateShareOptions {
    /** How large it may grow, in GiB. @default 5120 */
    readonly quota?: number;
    readonly metadata?: Readonly<Record<string, string>>;
}

/** Properties of a file that is put in directly. */
export interface PutFileOptions
    extends Pick<
        PutBlobOptions,
        "contentType" | "contentEncoding" | "contentLanguage" | "contentDisposition" | "cacheControl" | "metadata"
    > {
    /** The stored Content-MD5 in Base64. @default none, as the service computes none */
    readonly contentMd5?: string;
    /** As the x-ms-file-attributes header spells them: `ReadOnly | Hidden`. @default "Archive" */
    readonly fileAttributes?: string;
}

/** A simulated account, as tests and programs hold it. */
export interface AccountHandle {
    readonly name: string;
    /** The first key, in Base64. */
    readonly key: string;
    /** The second key, in Base64. */
    readonly secondaryKey: string;
    /** The Microsoft Entra tenant whose tokens the account takes. */
    readonly tenantId: string;
    /** The Blob service's URL, without a slash at its end. */
    readonly blobEndpoint: string;
    /** Azure Files' URL, without a slash at its end. */
    readonly fileEndpoint: string;
    /** A connection string for any Azure Storage client, with the first key. */
    readonly connectionString: string;
    /** Makes a new key in place of one, by which nothing is authorized from now on, nor by a SAS that it has signed. */
    regenerateKey(keyName: "key1" | "key2"): void;
    /** Creates a container, without a request. One that is there stays, with the public access given now. */
    createContainer(name: string, options?: CreateContainerOptions): void;
    /** Puts a blob into a container, without a request. The content isn't copied; generated content takes no memory. */
    putBlob(container: string, name: string, content: string | Buffer | Content, options?: PutBlobOptions): void;
    /** Creates a share, without a request. One that is there stays as it is. */
    createShare(name: string, options?: CreateShareOptions): void;
    /** Puts a file into a share, without a request, and the directories on its path. The content isn't copied; generated content takes no memory. */
    putFile(share: string, path: string, content: string | Buffer | Content, options?: PutFileOptions): void;
    /** Assigns a built-in role, or a custom one by its actions, to a service principal or managed identity of the account's tenant. */
    assignRole(
        principal: Principal,
        role: BuiltInRole | readonly string[],
        options?: RoleAssignmentOptions,
    ): RuleHandle;
}

/** The handle of an account whose services are at these URLs. */
export function createAccountHandle(
    service: Service,
    account: Account,
    urls: Readonly<Record<StorageService, string>>,
): AccountHandle {
    const blobEndpoint = `${urls.blob}/${account.name}`;
    const fileEndpoint = `${urls.file}/${account.name}`;
    const protocol = urls.blob.slice(0, urls.blob.indexOf(":"));
    const endpoints = `BlobEndpoint=${blobEndpoint};FileEndpoint=${fileEndpoint};`;
    return {
        name: account.name,
        get key() {
            return account.keys[0];
        },
        get secondaryKey() {
            return account.keys[1];
        },
        tenantId: account.tenantId,
        blobEndpoint,
        fileEndpoint,
        get connectionString() {
            return `DefaultEndpointsProtocol=${protocol};AccountName=${account.name};AccountKey=${account.keys[0]};${endpoints}`;
        },
        regenerateKey: (keyName) => account.regenerateKey(keyName),
        createContainer(name, options = {}) {
            checkContainerName(name);
            if (options.publicAccess && !account.allowBlobPublicAccess) {
                throw new Error(`account "${account.name}" doesn't allow public containers: set allowBlobPublicAccess`);
            }
            const existing = account.containers.get(name);
            if (existing && options.generated) {
                throw new Error(`container "${name}" is there already: its blobs can't be generated any more`);
            }
            if (existing) {
                existing.publicAccess = options.publicAccess;
            } else {
                const now = service.ticks.next();
                const created = Math.floor(service.clock.now() / 1000);
                const generated = options.generated && new GeneratedBlobs(options.generated, now, created);
                const container = new Container(account, name, now, options.publicAccess, generated);
                container.immutableStorageWithVersioning = options.immutableStorageWithVersioning ?? false;
                account.containers.set(name, container);
            }
        },
        putBlob(containerName, name, content, options = {}) {
            const container = account.containers.get(containerName);
            if (!container) {
                throw new Error(`account "${account.name}" has no container "${containerName}": create it first`);
            }
            checkBlobName(name);
            service.replace(container, name, makeBlob(service, content, options, container.blob(name)));
        },
        assignRole(principal, role, options = {}) {
            if (principal.tenantId !== account.tenantId) {
                throw new Error(
                    `the principal is of tenant ${principal.tenantId}, account "${account.name}" of ${account.tenantId}: add the application's service principal to that tenant`,
                );
            }
            const assignment = {
                objectId: principal.objectId,
                actions: actionsOf(role),
                container: options.container,
                share: options.share,
                effectiveAt: service.clock.now() + (options.effectiveAfterSeconds ?? 0) * 1000,
            };
            account.roleAssignments.push(assignment);
            return {
                remove: () => {
                    account.roleAssignments = account.roleAssignments.filter((each) => each !== assignment);
                },
            };
        },
        createShare(name, options = {}) {
            checkShareName(name);
            if (!account.shares.has(name)) {
                const share = new Share(account, name, service.ticks.next());
                share.quota = options.quota ?? share.quota;
                share.metadata = options.metadata;
                account.shares.set(name, share);
            }
        },
        putFile(shareName, path, content, options = {}) {
            const share = account.shares.get(shareName);
            if (!share) {
                throw new Error(`account "${account.name}" has no share "${shareName}": create it first`);
            }
            checkFilePath(path);
            placeFile(service, share, path.split("/"), asContent(content), options);
        },
    };
}

function makeBlob(
    service: Service,
    value: string | Buffer | Content,
    options: PutBlobOptions,
    old: Blob | undefined,
): Blob {
    const type = options.blobType ?? "BlockBlob";
    const content = asContent(value);
    const created = old?.createdSeconds ?? Math.floor(service.clock.now() / 1000);
    const blob = new Blob(type, service.ticks.next(), created);
    blob.content = content;
    blob.md5 = options.contentMd5;
    if (options.contentMd5 === undefined && type === "BlockBlob") {
        blob.useContentMd5();
    }
    if (type === "PageBlob") {
        if (content.length % 512 !== 0) {
            throw new RangeError(`a page blob's length must be a multiple of 512, got ${content.length}`);
        }
        blob.content = content instanceof PageMap ? content : PageMap.of(content);
    } else if (type === "AppendBlob") {
        blob.content = JoinedContent.of([content]);
        blob.rarities.appendedBlocks = content.length > 0 ? 1 : 0;
    }
    blob.headers = asHeaders(options);
    blob.metadata = options.metadata;
    blob.tags = options.tags && checkTags(Object.entries(options.tags));
    blob.tier = options.accessTier === undefined ? undefined : { tier: options.accessTier };
    return blob;
}

function placeFile(
    service: Service,
    share: Share,
    names: readonly string[],
    content: Content,
    options: PutFileOptions,
): void {
    const modified = service.ticks.next();
    const times = { created: modified, lastWritten: modified, changed: modified };
    let parent = share.root;
    for (const name of names.slice(0, -1)) {
        const smb = { attributes: "Directory", ...times, permissionKey: parent.smb.permissionKey };
        const next = parent.get(name) ?? new Directory(name, share.nextId(), parent.id, smb, modified);
        if (!(next instanceof Directory)) {
            throw new Error(`"${name}" in share "${share.name}" is a file, not a directory`);
        }
        parent.set(next);
        parent = next;
    }
    const old = parent.get(names.at(-1)!);
    if (old instanceof Directory) {
        throw new Error(`"${names.join("/")}" in share "${share.name}" is a directory`);
    }
    const attributes = options.fileAttributes ?? "Archive";
    const smb = { attributes, ...times, permissionKey: parent.smb.permissionKey };
    const file = new File(names.at(-1)!, old?.id ?? share.nextId(), parent.id, smb, modified);
    file.receive(content);
    file.headers = asHeaders(options);
    file.md5 = options.contentMd5;
    file.metadata = options.metadata;
    if (old) {
        service.overwritten(old);
    }
    parent.set(file);
}

function asContent(value: string | Buffer | Content): Content {
    return typeof value === "string" || Buffer.isBuffer(value) ? bytes(value) : value;
}

function asHeaders(options: BlobHeaders): BlobHeaders {
    const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = options;
    if (contentType ?? contentEncoding ?? contentLanguage ?? contentDisposition ?? cacheControl) {
        const headers = { contentEncoding, contentLanguage, contentDisposition, cacheControl };
        return { ...headers, contentType: contentType ?? DEFAULT_HEADERS.contentType };
    }
    return DEFAULT_HEADERS;
}
