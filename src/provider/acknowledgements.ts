// What a program says that people know, for policies to read: `true`, or why. Nothing is done with it.

import type { Failures } from "./failures";

/** Of every copy: that its data may leave a region or a tenant. */
export interface TransferAcknowledgements {
    readonly acknowledgeEgress?: boolean | string;
    readonly acknowledgeCrossTenant?: boolean | string;
}

/** Of a copy that may overwrite: also that what it overwrites is lost. */
export interface Acknowledgements extends TransferAcknowledgements {
    readonly acknowledgeOverwrite?: boolean | string;
}

export const transferAcknowledgements = [
    "acknowledgeEgress",
    "acknowledgeCrossTenant",
] as const satisfies readonly (keyof TransferAcknowledgements)[];

export const acknowledgements = [
    ...transferAcknowledgements,
    "acknowledgeOverwrite",
] as const satisfies readonly (keyof Acknowledgements)[];

/** True or false, or a reason. */
export function checkAcknowledgements(failures: Failures, inputs: Acknowledgements): void {
    for (const name of acknowledgements) {
        const value: unknown = inputs[name];
        const isReason = typeof value === "string" && value.trim() !== "";
        if (value !== undefined && typeof value !== "boolean" && !isReason) {
            failures.add(name, value, "must be true, false, or the reason as a text");
        }
    }
}
