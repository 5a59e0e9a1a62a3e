// The projects of examples/, as they stand, beside the packages that `npm install` would get them.

import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
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
    const { dependencies, devDependencies } = dependenciesOf(folder);
    const nodeModules = join(folder, "node_modules");
    const packed = join(nodeModules, "pulumi-azure-copy");
    cpSync(join(inject("programFolder"), "node_modules/pulumi-azure-copy"), packed, { recursive: true });
    for (const name of Object.keys({
        ...dependencies,
        ...devDependencies,
        ...dependenciesOf(packed).dependencies,
        "@pulumi/policy": "", // what the policy pack of the packed package runs with
    })) {
        link(name, nodeModules);
    }
    return folder;
}

function dependenciesOf(folder: string): Record<"dependencies" | "devDependencies", Record<string, string>> {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** All but the packed package are those that this project is built with, one of each. */
function link(name: string, nodeModules: string): void {
    const path = join(nodeModules, name);
    if (!existsSync(path)) {
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(join(root, "node_modules", name), path);
    }
}
