import { type Ticks, ticksOf } from "../clock";
import { invalidHeader, missingHeader, storageError } from "../http/errors";
import type { StorageRequest } from "../http/request";
import type { Share } from "../state/share";
import type { SmbProperties } from "../state/smb";

/** From this version on files and directories have SMB properties. */
export const SMB_VERSION = "2019-02-02";
/** From this version on the SMB properties may be left out of requests that set them, and there is a change time to set. */
export const OPTIONAL_VERSION = "2021-06-08";

/** The attributes, in the order in which they are listed. */
const ATTRIBUTES = [
    ...["ReadOnly", "Hidden", "System", "Directory", "Archive", "Temporary", "Offline"],
    ...["NotContentIndexed", "NoScrubData"],
];

/** What an attribute, time or permission that isn't given in full stands for. */
export interface SmbDefaults {
    /** What may stand in a header in place of a value (`now`, `preserve`, `source`, `inherit`), and what it means. */
    readonly words: Readonly<Record<string, SmbProperties>>;
    /** What counts where there is no header. */
    readonly absent: SmbProperties;
    /** Whether versions before 2021-06-08 need the headers. @default false */
    readonly required?: boolean;
}

/** The x-ms-file-* headers that set SMB properties; before 2019-02-02 there were none. */
export function readSmbProperties(request: StorageRequest, share: Share, defaults: SmbDefaults): SmbProperties {
    const { absent } = defaults;
    if (request.version < SMB_VERSION) {
        return absent;
    }
    const required = (defaults.required ?? false) && request.version < OPTIONAL_VERSION;
    const read = <T>(name: string, of: (smb: SmbProperties) => T, parse: (text: string, header: string) => T): T => {
        const header = `x-ms-file-${name}`;
        const text = request.headers.get(header);
        if (!text && required) {
            throw missingHeader(header);
        }
        const meant = text ? defaults.words[text.toLowerCase()] : absent;
        return meant ? of(meant) : parse(text!, header);
    };
    const takesChangeTime = request.version >= OPTIONAL_VERSION;
    return {
        attributes: read("attributes", (smb) => smb.attributes, parseAttributes),
        created: read("creation-time", (smb) => smb.created, parseTime),
        lastWritten: read("last-write-time", (smb) => smb.lastWritten, parseTime),
        changed: takesChangeTime ? read("change-time", (smb) => smb.changed, parseTime) : absent.changed,
        permissionKey: readPermission(request, share, defaults, required),
    };
}

/** The key of the permission that x-ms-file-permission or x-ms-file-permission-key names. */
function readPermission(
    request: StorageRequest,
    share: Share,
    { words, absent }: Pick<SmbDefaults, "words" | "absent">,
    required: boolean,
): string {
    const { headers } = request;
    const [descriptor, key] = [headers.get("x-ms-file-permission"), headers.get("x-ms-file-permission-key")];
    if (descriptor && key) {
        throw invalidHeader("x-ms-file-permission-key", key);
    }
    if (key) {
        if (share.permission(key) === undefined) {
            throw storageError("FileInvalidPermissionKey");
        }
        return key;
    }
    if (!descriptor) {
        if (required) {
            throw missingHeader("x-ms-file-permission");
        }
        return absent.permissionKey;
    }
    const meant = words[descriptor.toLowerCase()];
    if (meant) {
        return meant.permissionKey;
    }
    refuseBinary(headers.get("x-ms-file-permission-format"));
    checkDescriptor(descriptor);
    return share.keepPermission(descriptor);
}

/** 400 unless a security descriptor in SDDL has an owner, a group and a DACL. */
export function checkDescriptor(descriptor: string): void {
    if (!/^O:[^:]+G:[^:]+D:/i.test(descriptor)) {
        throw storageError("FileInvalidPermission");
    }
}

/** 501 for security descriptors in the binary format, which isn't simulated. */
export function refuseBinary(format: string | undefined): void {
    if (format && format.toLowerCase() !== "sddl") {
        throw storageError("NotImplemented", { message: `Permissions in the format ${format} are not simulated.` });
    }
}

/** Attributes in their order, `None` if there are none; 400 for what is none. */
function parseAttributes(text: string): string {
    const given = text.split("|").map((each) => each.trim().toLowerCase());
    const known = [...ATTRIBUTES, "None"].map((each) => each.toLowerCase());
    if (given.some((each) => !known.includes(each))) {
        throw invalidHeader("x-ms-file-attributes", text);
    }
    return listAttributes(ATTRIBUTES.filter((each) => given.includes(each.toLowerCase())));
}

function listAttributes(attributes: readonly string[]): string {
    return attributes.length === 0 ? "None" : attributes.join(" | ");
}

/** The attributes with another one among them. */
export function withAttribute(attributes: string, attribute: "Archive" | "Directory"): string {
    const given = attributes.split(" | ");
    return listAttributes(ATTRIBUTES.filter((each) => each === attribute || given.includes(each)));
}

function parseTime(text: string, header: string): Ticks {
    const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?Z$/.exec(text.trim());
    const seconds = parts ? Date.parse(`${parts[1]}Z`) : Number.NaN;
    if (Number.isNaN(seconds)) {
        throw invalidHeader(header, text);
    }
    return ticksOf(seconds) + Number((parts![2] ?? "").padEnd(7, "0"));
}
