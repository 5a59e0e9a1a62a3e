// One cell: a project of its own, installed and run, and deleted whatever happened.

import { rmSync } from "node:fs";
import path from "node:path";
import { run } from "../shared/run.mjs";
import { installer, installerCaches } from "./installers.mjs";
import { isTypeScript, writeProject } from "./project.mjs";
import { runSteps, StepFailure } from "./stack.mjs";
import { nodeFolder } from "./toolbox.mjs";

const INSTALL_SECONDS = 1_200;

/**
 * @typedef {object} Means what all cells share
 * @property {string} folder where a cell may write
 * @property {string} toolbox
 * @property {string} pulumi the folder of a Pulumi CLI
 * @property {string} tarball
 * @property {Record<string, string>} versions of what is installed besides
 * @property {Awaited<ReturnType<typeof import("./accounts.mjs").startAccounts>>} accounts
 */

/**
 * @param {import("./cells.mjs").Cell} cell
 * @param {Means} means
 * @returns {Promise<StepFailure | undefined>}
 */
export async function runCell(cell, { folder, toolbox, pulumi, tarball, versions, accounts }) {
    const project = path.join(folder, "project");
    const way = installer(cell.installer, cell);
    const env = {
        ...process.env,
        ...installerCaches(folder),
        ...way.env,
        PATH: [nodeFolder(toolbox, cell.node), pulumi, process.env.PATH].join(path.delimiter),
    };
    try {
        writeProject(project, cell, tarball, versions);
        way.prepare?.(project);
        const [command, ...args] = way.command(toolbox);
        const installed = await run(command, args, { cwd: project, env, seconds: INSTALL_SECONDS });
        if (!installed.ok) throw new StepFailure("install", `${cell.installer} failed`, installed.output);
        const nodeOptions = way.nodeOptions?.(project);
        const checksTypes = isTypeScript(cell.kind) && !cell.vendored;
        await runSteps(project, nodeOptions ? { ...env, NODE_OPTIONS: nodeOptions } : env, accounts, checksTypes);
        return undefined;
    } catch (error) {
        if (error instanceof StepFailure) return error;
        throw error;
    } finally {
        await accounts.empty();
        rmSync(project, { recursive: true, force: true, maxRetries: 3 });
    }
}
