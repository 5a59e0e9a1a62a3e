import type { Ticks } from "../clock";

/** The properties of a file or directory that SMB clients see. */
export interface SmbProperties {
    /** Attributes as the x-ms-file-attributes header spells them: `ReadOnly | Archive`. */
    readonly attributes: string;
    readonly created: Ticks;
    readonly lastWritten: Ticks;
    readonly changed: Ticks;
    /** The key of its security descriptor, in the share's list of permissions. */
    readonly permissionKey: string;
}

/** Whether it may not be overwritten or deleted. */
export function isReadOnly({ attributes }: SmbProperties): boolean {
    return attributes.split(" | ").includes("ReadOnly");
}
