// `make compatibility`: whether the package works as people install it. Each cell is a project of its own: an installer, a Node.js, a version of
// @pulumi/pulumi, a kind of program, a TypeScript. The packed tarball is installed, types are checked, and the real CLI does up, up again (nothing may
// change), an update, refresh and destroy on simulated accounts, one copy authorized by the stack's config alone. Prints a line a cell and in the end the
// table of docs/compatibility.md; fails where a cell fails that is to work. Takes about twenty minutes; for Linux and macOS. Installers and Node.js, 600 MB, are
// kept in the user's cache; a cell's folder is deleted when it has ended.
//
//     make compatibility
//     node tools/compatibility.mjs --only "pnpm"          the cells whose name, as it is printed, has this text
//
// All combinations would be 168. How these were chosen:
// - npm, which most have, meets both Node.js, both SDKs, all kinds of programs and all TypeScripts, and each SDK meets each kind on it: what a kind or
//   a compiler breaks is told there.
// - An installer decides where packages are and how they find each other, which differs between CommonJS and ES modules alone: each of the others has a cell
//   of either, on both Node.js, and both SDKs where there are two to tell apart.
// - TypeScript 6 comes with the newest SDK only: npm refuses it beside the oldest, whose peer range ends below 6.
// - The last cells are what the docs say does not work: that people are told so, and how.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startAccounts } from "./compatibility/accounts.mjs";
import { runCell } from "./compatibility/cell.mjs";
import { cellsOf, nameOf } from "./compatibility/cells.mjs";
import { table } from "./compatibility/table.mjs";
import { getToolbox } from "./compatibility/toolbox.mjs";
import { pack } from "./shared/npm.mjs";

const root = path.resolve(import.meta.dirname, "..");
const { only = "" } = parseArgs({ options: { only: { type: "string" } } }).values;

const { peerDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
/** The version that this project is built with. @param {string} name */
const locked = (name) => packages[`node_modules/${name}`].version;

const cells = cellsOf({
    oldest: peerDependencies["@pulumi/pulumi"].replace("^", ""),
    newest: locked("@pulumi/pulumi"),
    typescript: locked("typescript"),
}).filter((cell) => nameOf(cell).includes(only));
if (cells.length === 0) throw new Error(`no cell's name has ${JSON.stringify(only)}`);

const toolbox = await getToolbox();
const pulumi = execFileSync(process.execPath, [path.join(root, "tools/pulumi/get.mjs")], { encoding: "utf8" }).trim();
const folder = mkdtempSync(path.join(tmpdir(), "pulumi-azure-copy-compatibility-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const accounts = await startAccounts();
const means = {
    folder,
    toolbox,
    pulumi,
    accounts,
    tarball: packByContent(),
    versions: { "@pulumi/policy": locked("@pulumi/policy"), "@types/node": locked("@types/node") },
};
/** @type {{ cell: import("./compatibility/cells.mjs").Cell, failure?: import("./compatibility/stack.mjs").StepFailure }[]} */
const results = [];
for (const [index, cell] of cells.entries()) {
    process.stdout.write(`${index + 1}/${cells.length} ${nameOf(cell)}: `);
    const started = Date.now();
    const failure = await runCell(cell, means);
    const isRefused = failure !== undefined && cell.refused?.test(failure.output);
    const seconds = Math.round((Date.now() - started) / 1_000);
    console.log(`${isRefused ? "refused as it must be at " : ""}${failure?.message ?? "works"} (${seconds} s)`);
    if (failure && !isRefused) console.log(failure.output);
    results.push({ cell, failure });
}
await accounts.simulator.close();

console.log(`\n${table(results)}`);
process.exitCode = results.some(({ cell, failure }) => failure && !cell.refused?.test(failure.output)) ? 1 : 0;

/** Packs this package. Some installers keep what they have unpacked by the file's name, so that it tells the content. */
function packByContent() {
    const packed = pack(root, folder);
    const hash = createHash("sha256").update(readFileSync(packed)).digest("hex");
    const named = path.join(folder, `pulumi-azure-copy-${hash.slice(0, 12)}.tgz`);
    renameSync(packed, named);
    return named;
}
