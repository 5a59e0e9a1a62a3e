import type { SourceAddress } from "../storage/address";
import type { Failures } from "./failures";
import { type FileCopyInputs, smbInputNames } from "./fileCopyTypes";
import { unknownValue } from "./unknown";

/** The attributes that a file can be given. */
const attributes = [
    "None",
    "ReadOnly",
    "Hidden",
    "System",
    "Archive",
    "Temporary",
    "Offline",
    "NotContentIndexed",
    "NoScrubData",
];

const times = ["fileCreationTime", "fileLastWriteTime", "fileChangeTime"] as const;

/** SMB properties, as [Copy File](https://learn.microsoft.com/rest/api/storageservices/copy-file) and Set File Properties take them. */
export function checkSmb(failures: Failures, inputs: FileCopyInputs, source: SourceAddress | undefined): void {
    for (const name of smbInputNames) {
        const value: unknown = inputs[name];
        if (value !== undefined && (typeof value !== "string" || value === "")) {
            failures.add(name, value, "must be a text that is not empty");
        } else if (value === "source" && source && source.kind !== "file") {
            failures.add(
                name,
                value,
                "must be a value or left out, since the source is no file in Azure Files and has none",
            );
        }
    }
    for (const name of times) {
        checkTime(failures, name, inputs[name]);
    }
    checkAttributes(failures, inputs.fileAttributes);
    checkPermission(failures, inputs);
}

/** A value that is neither absent, nor unknown, nor the source's. */
function given(value: unknown): value is string {
    return typeof value === "string" && value !== "" && value !== "source" && value !== unknownValue;
}

function checkTime(failures: Failures, name: string, value: unknown): void {
    const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z$/;
    if (given(value) && (!form.test(value) || Number.isNaN(Date.parse(value)))) {
        failures.add(name, value, 'must be "source" or a time in ISO 8601, in UTC: 2026-01-31T12:00:00Z');
    }
}

function checkAttributes(failures: Failures, value: unknown): void {
    if (!given(value)) {
        return;
    }
    const names = value.split("|").map((name) => name.trim().toLowerCase());
    const known = attributes.map((name) => name.toLowerCase());
    if (names.some((name) => !known.includes(name)) || (names.includes("none") && names.length > 1)) {
        failures.add(
            "fileAttributes",
            value,
            `must be "source" or one or more of ${attributes.slice(1).join(", ")} with | between them, or None`,
        );
    }
}

function checkPermission(failures: Failures, { filePermission, filePermissionKey }: FileCopyInputs): void {
    if (filePermission !== undefined && filePermissionKey !== undefined) {
        failures.add("filePermissionKey", filePermissionKey, "contradicts filePermission; give one of them");
    }
    if (filePermissionKey === "source") {
        failures.add(
            "filePermissionKey",
            filePermissionKey,
            'must be a key; filePermission: "source" takes the source\'s',
        );
    }
    if (given(filePermission) && !/^O:[^:]+G:[^:]+D:/i.test(filePermission)) {
        failures.add(
            "filePermission",
            filePermission,
            'must be "source" or a security descriptor in SDDL, with owner, group and DACL: O:…G:…D:…',
        );
    }
}
