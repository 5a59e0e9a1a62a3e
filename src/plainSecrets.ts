import * as pulumi from "@pulumi/pulumi";
import { secretKeys } from "./storage/stackSettings";

let told = false;

/**
 * Warns, once a program, of secrets in the stack's config that were set without `--secret`: the engine writes a stack's config to its state,
 * and encrypts there only what is marked. Nobody but the program is told which values are.
 */
export function warnOfPlainSecrets(): void {
    // Exported, though not in the SDK's types.
    const { isConfigSecret } = pulumi.runtime as { isConfigSecret?(key: string): boolean };
    if (told || !isConfigSecret) {
        return;
    }
    const keys = secretKeys.filter((key) => pulumi.runtime.getConfig(key) !== undefined && !isConfigSecret(key));
    if (keys.length > 0) {
        told = true;
        const commands = keys.map((key) => `pulumi config set --secret ${key}`).join("; ");
        pulumi.log.warn(
            `${keys.join(", ")} stands in plain text in the stack's config and state; make it secret: ${commands}`,
        );
    }
}
