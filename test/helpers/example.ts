// The projects of examples/, as they stand, beside the packages that `npm install` would get them.

import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "vitest";
import { type TestStack, withProject } from "./stack";

const root = resolve(__dirname, "../..");

/**
 * Runs a test with a stack of an example.
 * @param config its configuration, by paths as in `pulumi config set --path`; what has `key`, `sas` or `secret` in its name is set as a secret
 */
export async function withExample(
    name: string,
    config: Readonly<Record<string, string>>,
    test: (stack: TestStack) => Promise<void>,
): Promise<void> {
    const home = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-example-"));
    try {
        const folder = copyExample(name, home);
        if (dependenciesOf(folder).dependencies["@pulumi/azure-native"]) {
            const path = join(root, "test/helpers/azureNative");
            appendFileSync(
                join(folder, "Pulumi.yaml"),
                `plugins:\n    providers:\n        - { name: azure-native, path: ${path} }\n`,
            );
        }
        const map = Object.entries(config).map(([key, value]) => [key, { value, secret: /key|sas|secret/i.test(key) }]);
        await withProject(folder, Object.fromEntries(map), test);
    } finally {
        rmSync(home, { recursive: true, force: true });
    }
}

/** Copies an example into a folder, with the packages that `npm install` would get it; returns where it is. */
export function copyExample(name: string, home: string): string {
    const folder = join(home, name);
    cpSync(join(root, "examples", name), folder, { recursive: true });
    symlinkSync(inject("exampleModules"), join(folder, "node_modules"));
    return folder;
}

function dependenciesOf(folder: string): Record<"dependencies", Record<string, string>> {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
