import { type Clock, TickSource, timestampOf } from "./clock";
import type { CopyRules } from "./copies";
import { EntraId, type EntraIdOptions } from "./entra/entraId";
import type { StorageService } from "./http/address";
import { storageError } from "./http/errors";
import type { Account } from "./state/account";
import type { Blob } from "./state/blob";
import type { Container } from "./state/container";
import type { CopyDestination, StoredObject } from "./state/copy";
import type { File } from "./state/file";
import { addVersion, keepOverwritten, keepSoftDeleted, removeBlob } from "./state/protection";
import { breakReaders, settle, settleCopy } from "./state/settle";
import type { TemporaryFiles } from "./temporaryFiles";

/** What a copy's description says when its source was changed meanwhile. */
const SOURCE_CHANGED = '412 ConditionNotMet "Copy failed when reading the source."';
/** What it says when its source was deleted. */
const SOURCE_DELETED = '404 ResourceNotFound "Copy failed when reading the source."';

/** The state all accounts share, and the only place where blobs are looked up and marked as changed. */
export class Service {
    /** The accounts by name. */
    readonly accounts = new Map<string, Account>();
    /** Where ETags, snapshot times and the like come from. */
    readonly ticks: TickSource;
    /** The Microsoft Entra ID that the accounts trust. */
    readonly entra: EntraId;
    /** Where the server listens, once it does. */
    listening: { readonly host: string; readonly ports: Readonly<Record<StorageService, number>> } | undefined =
        undefined;

    constructor(
        readonly clock: Clock,
        readonly copies: CopyRules,
        readonly files: TemporaryFiles,
        /** How long rehydration takes, in seconds, by priority. */
        readonly rehydrateSeconds: { readonly Standard: number; readonly High: number },
        entra?: EntraIdOptions,
    ) {
        this.entra = new EntraId(this.accounts, entra);
        this.ticks = new TickSource(clock);
    }

    /** The service that listens at a host and port, by the names it goes by on this machine or those a client called it. */
    serviceAt(hostname: string, port: string, origin: string): StorageService | undefined {
        const names = ["127.0.0.1", "localhost", "[::1]", this.listening?.host, new URL(origin).hostname];
        if (!names.includes(hostname)) {
            return undefined;
        }
        return (["blob", "file"] as const).find((service) => port === String(this.listening?.ports[service]));
    }

    /** The container of that name; 404 ContainerNotFound without one. */
    container(account: Account, name: string): Container {
        const container = account.containers.get(name);
        if (!container) {
            throw storageError("ContainerNotFound");
        }
        return container;
    }

    /** The blob of that name as it stands now. */
    blob(container: Container, name: string): Blob | undefined {
        const blob = container.blob(name);
        if (blob) {
            this.settle(blob);
        }
        return blob;
    }

    /** Brings a blob up to the time. */
    settle(blob: Blob): Blob {
        if (blob.copy?.pending || blob.tier?.rehydration) {
            settle(blob, this.clock.now(), this.ticks);
        }
        return blob;
    }

    /** Brings a file up to the time. */
    settleFile(file: File): File {
        settleCopy(file, this.clock.now(), this.ticks);
        return file;
    }

    /** Gives a blob or file a new ETag and Last-Modified, after it was changed. */
    touch(object: StoredObject): void {
        object.modified = this.ticks.next();
        this.overwritten(object);
    }

    /** Notes that a blob or file was changed, or another one put in its place: what reads it fails. */
    overwritten(object: StoredObject): void {
        this.broken(object, SOURCE_CHANGED);
    }

    /** Puts a new blob in the place of the one there, which stays as a version or for a while if the account says so. */
    replace(container: Container, name: string, blob: Blob): void {
        const now = this.clock.now();
        const old = container.blob(name);
        if (old && old !== blob) {
            this.overwritten(old);
            keepOverwritten(container, name, old, now, this.ticks);
        } else {
            keepSoftDeleted(container, name, blob, now, this.ticks);
        }
        if (container.account.versioning) {
            blob.version = timestampOf(blob.modified);
        }
        container.set(name, blob);
    }

    /** Keeps a blob as it is as a previous version, since it is about to be changed in place. */
    newVersion(container: Container, name: string, blob: Blob): void {
        if (container.account.versioning) {
            addVersion(container, name, blob.clone());
            blob.version = timestampOf(this.ticks.next());
        }
    }

    /** Takes a blob away; says whether it is gone for good. */
    delete(container: Container, name: string): boolean {
        const old = container.blob(name);
        if (!old) {
            return true;
        }
        this.forget(old);
        return removeBlob(container, name, old, this.clock.now());
    }

    /** Notes that a blob, snapshot or file is gone: what reads it fails, what it was receiving stops. */
    forget(object: StoredObject & CopyDestination): void {
        this.moved(object);
        object.copy?.pending?.release?.();
        object.copy?.pending?.transfer?.cancel();
    }

    /** Notes that a file isn't where it was any more: what reads it there fails. */
    moved(object: StoredObject): void {
        this.broken(object, SOURCE_DELETED);
    }

    private broken(object: StoredObject, description: string): void {
        breakReaders(object, this.clock.now(), description);
    }
}
