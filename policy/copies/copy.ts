// A copy as the rules see it, whichever resource makes it.

import { known, type Maybe, type Properties } from "../known";

/** How the one who copies shows who they are, at one end. */
export interface Credential {
    readonly kind: "entraId" | "accountKey" | "connectionString" | "sas" | "anonymous";
    /** The SAS that is given there: as the credential itself, in a connection string, or beside what goes before it. */
    readonly sas?: Maybe<URLSearchParams>;
}

/** Where a copy reads from, or writes to. */
export interface End {
    /** Which end it is. */
    readonly role: "source" | "destination";
    /** How the program says it: `source`, `sourceUri`, `azcopy copy (source)`. Messages begin with it. */
    readonly property: string;
    /** The resource's inputs that it comes from, by which the engine tells what it depends on. */
    readonly inputs: readonly string[];
    /** `web` is any HTTP server that is no Azure Storage account, `local` a path on the machine that copies. */
    readonly service: Maybe<"blob" | "file" | "web" | "local">;
    readonly scheme: Maybe<string>;
    readonly host: Maybe<string>;
    readonly accountName: Maybe<string>;
    /** The container, or the share. */
    readonly containerName: Maybe<string>;
    /** What is in it, without a slash at either end; empty for all of it. */
    readonly path: Maybe<string>;
    /** Whether everything below `path` is meant. */
    readonly isTree: boolean;
    /** The snapshot or version, by its DateTime. */
    readonly snapshot: Maybe<string>;
    /** Absent where nothing tells. */
    readonly credential: Maybe<Credential>;
    readonly region: Maybe<string>;
    readonly tenantId: Maybe<string>;
}

/** What the program itself says that it knows: `true`, or why. A text that says no, such as "false", is read as `false`. */
export type Acknowledgement = Maybe<boolean | string>;

/** One copy into, within or out of Azure Storage. */
export interface Copy {
    readonly resource: ResourceInfo;
    /** What copies, for messages: `BlobCopy`, `azcopy sync`. */
    readonly tool: string;
    readonly source: End;
    readonly destination: End;
    readonly accessTier?: Maybe<string>;
    readonly blobType?: Maybe<string>;
    readonly rehydratePriority?: Maybe<string>;
    readonly waitForRehydration?: Maybe<boolean>;
    /** Whether it writes over whatever is at the destination. */
    readonly overwrites?: Maybe<boolean>;
    /** Whether it keeps in a snapshot what it writes over. */
    readonly snapshotsBefore?: Maybe<boolean>;
    /** Whether it writes over its own destination whenever the source has changed. */
    readonly copiesAgain?: Maybe<boolean>;
    /** Whether it deletes at the destination what is not at the source. */
    readonly deletes?: Maybe<boolean>;
    /** What the SAS of its source must permit besides reading, by letters: to lease it, to take its snapshots. */
    readonly sourcePermissions?: Maybe<string>;
    /** Whether it is an Incremental Copy Blob. */
    readonly incremental?: boolean;
    /** Seconds; absent where the program gives none. */
    readonly timeoutSeconds?: Maybe<number>;
    /** Bytes. */
    readonly size?: Maybe<number>;
    readonly acknowledgeEgress?: Acknowledgement;
    readonly acknowledgeCrossTenant?: Acknowledgement;
    readonly acknowledgeOverwrite?: Acknowledgement;
    /** What no message may contain. */
    readonly secrets: readonly string[];
}

/** Whether a page blob is copied, as far as the type or the tier tells. */
export function isPage({ blobType, accessTier }: Copy): boolean {
    return /^page/i.test(known(blobType) ?? "") || /^p\d+$/i.test(known(accessTier) ?? "");
}

/** What a rule needs to be told of a copy. */
export type Fact =
    | "source"
    | "destination"
    /** The destination's container, which a file has none of. */
    | "container"
    | "credential"
    | "accessTier"
    | "blobType"
    | "rehydration"
    /** What it does to what somebody else has put at its destination. */
    | "overwrites"
    /** Whether it writes its destination more than once, or over what is there. */
    | "rewrites"
    | "deletes"
    | "incremental"
    | "timeout"
    | "size"
    | "acknowledgement";

/** The resource that makes a copy. */
export interface ResourceInfo {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
}

/** A resource as an adapter reads it. */
export interface ResourceReading extends ResourceInfo {
    readonly properties: Properties;
    /** The resource option `customTimeouts.create` in seconds; 0 where there is none. */
    readonly createSeconds: number;
}

/** How a remedy changes a resource: each writes to the properties in place, and says whether there was something to change. */
export interface Remedies {
    readonly useHttps?: (properties: Record<string, unknown>) => boolean;
    readonly setTimeout?: (properties: Record<string, unknown>, timeout: string) => boolean;
}

/** Reads the copies that resources of one type make. Adding a type is adding one. */
export interface CopyReader extends Remedies {
    /** What people call the type: a column of the table of what is covered. */
    readonly label: string;
    readonly matches: (type: string) => boolean;
    /** What it can tell. Rules that need more do not cover the type. */
    readonly tells: readonly Fact[];
    readonly read: (resource: ResourceReading) => readonly Copy[] | Promise<readonly Copy[]>;
}
