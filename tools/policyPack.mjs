// Makes build/policy-pack: the policy pack as a folder that stands alone, which `pulumi policy publish` can pack and others can copy.
// The folder policy/ of the package can't be published: what it runs is compiled beside it, in dist/.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = path.join(ROOT, "build/policy-pack");
const own = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

/** The ranges in which this package asks for what the pack imports. @param {string[]} names */
function ranges(names) {
    return Object.fromEntries(names.map((name) => [name, own.dependencies[name] ?? own.peerDependencies[name]]));
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const compiled of ["policy", "common"]) {
    const from = path.join(ROOT, "dist", compiled);
    // Programs only: a pack has no use for types.
    const isProgram = (/** @type {string} */ file) => !file.endsWith(".d.ts");
    if (existsSync(from)) cpSync(from, path.join(FOLDER, "dist", compiled), { recursive: true, filter: isProgram });
}
for (const file of ["PulumiPolicy.yaml", "README.md"]) cpSync(path.join(ROOT, "policy", file), path.join(FOLDER, file));
cpSync(path.join(ROOT, "LICENSE"), path.join(FOLDER, "LICENSE"));
const { name } = JSON.parse(readFileSync(path.join(ROOT, "policy/package.json"), "utf8"));
const manifest = {
    name,
    version: own.version,
    private: true,
    license: own.license,
    engines: own.engines,
    type: "commonjs",
    main: "./dist/policy/index.js",
    dependencies: ranges(["@pulumi/policy", "@pulumi/pulumi", "unbash"]),
};
writeFileSync(path.join(FOLDER, "package.json"), `${JSON.stringify(manifest, null, 4)}\n`);
console.log(path.relative(process.cwd(), FOLDER) || ".");
