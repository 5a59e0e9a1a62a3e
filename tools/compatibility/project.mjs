// A user's Pulumi project, of each kind: two copies, one of which is authorized by the stack's config alone.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What a project of each kind has. */
const kinds = {
    "CommonJS TypeScript": { main: "index.ts", type: "commonjs", typescript: true },
    "ESM TypeScript": { main: "index.ts", type: "module", typescript: true },
    "ESM JavaScript": { main: "index.js", type: "module", typescript: false },
};

/** @param {string} kind */
export const isTypeScript = (kind) => kinds[kind].typescript;

const program = `
import * as pulumi from "@pulumi/pulumi";
import * as copy from "pulumi-azure-copy";

const config = new pulumi.Config();

// The stack's azure-copy: config is all that authorizes this one.
const byConfig = new copy.BlobCopy("by-config", {
    source: { accountName: "golden", endpoint: config.require("goldenEndpoint"), containerName: "images", blobName: "orders.bak" },
    destination: { accountName: "dev", endpoint: config.require("devEndpoint"), containerName: "seed", blobName: "by-config.bak" },
    method: "fromUrl",
    metadata: { purpose: config.requireSecret("purpose") },
});

export const byKey = new copy.BlobCopy("by-key", {
    source: { connectionString: config.requireSecret("golden"), containerName: "images", blobName: "orders.bak" },
    destination: { connectionString: config.requireSecret("dev"), containerName: "seed", blobName: "by-key.bak" },
}).url;

export const { url, etag, copyStatus } = byConfig;
`;

/** What a program's own tests and policy packs import, for the type checker alone. */
const types = `
import { AzureCopyGuard, type AzureCopyGuardArgs } from "pulumi-azure-copy/policy";
import { type Simulator, startSimulator } from "pulumi-azure-copy/simulator";

const args: AzureCopyGuardArgs = { all: "mandatory" };
export const guard = (): AzureCopyGuard => new AzureCopyGuard(args);
export const simulator = (): Promise<Simulator> => startSimulator({ accounts: [{ name: "golden" }] });
`;

/**
 * Writes a cell's project.
 *
 * @param {string} folder
 * @param {import("./cells.mjs").Cell} cell
 * @param {string} tarball
 * @param {Record<string, string>} versions of what is installed besides
 */
export function writeProject(folder, { kind, sdk, typescript, vendored }, tarball, versions) {
    const { main, type } = kinds[kind];
    mkdirSync(folder, { recursive: true });
    const write = (name, content) => writeFileSync(path.join(folder, name), content);
    const writeJson = (name, content) => write(name, JSON.stringify(content, null, 4));
    writeJson("package.json", {
        name: "compatibility",
        version: "1.0.0",
        private: true,
        type,
        main,
        dependencies: {
            ...(typescript && { "@pulumi/policy": versions["@pulumi/policy"] }),
            "@pulumi/pulumi": sdk,
            "pulumi-azure-copy": `file:${tarball}`,
        },
        devDependencies: isTypeScript(kind) ? { "@types/node": versions["@types/node"], typescript } : {},
    });
    write("Pulumi.yaml", "name: compatibility\nruntime: nodejs\n");
    write(main, program);
    if (isTypeScript(kind)) {
        write("types.ts", types);
        // Pulumi's templates have nodenext in CommonJS projects, too; older projects have what knows no `exports`.
        const moduleResolution = vendored || type === "module" ? "nodenext" : "node";
        writeJson("tsconfig.json", {
            compilerOptions: compilerOptions(moduleResolution, typescript),
            files: ["index.ts", "types.ts"],
        });
    }
}

/** @param {"node" | "nodenext"} moduleResolution @param {string | undefined} typescript */
function compilerOptions(moduleResolution, typescript) {
    const common = { target: "es2020", strict: true, noEmit: true, skipLibCheck: true, types: ["node"] };
    if (moduleResolution === "nodenext") return { ...common, module: "nodenext", moduleResolution };
    // TypeScript 6 still knows this one, and asks to be told that one knows of its end.
    const isSix = Number(typescript?.split(".")[0]) >= 6;
    return { ...common, module: "commonjs", moduleResolution, ...(isSix && { ignoreDeprecations: "6.0" }) };
}
