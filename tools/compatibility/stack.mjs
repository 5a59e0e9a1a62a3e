// What is done with an installed project: type check, up, up again, update, refresh, destroy; and what must then be true.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { run } from "../shared/run.mjs";
import { contentMd5 } from "./accounts.mjs";

const STEP_SECONDS = 600;
const PASSPHRASE = "compatibility";
const blobNames = ["by-config.bak", "by-key.bak"];

/** A step that did not do what it must. */
export class StepFailure extends Error {
    /** @param {string} step @param {string} message @param {string} output all that the program said */
    constructor(step, message, output = "") {
        super(`${step}: ${message}`);
        this.step = step;
        this.output = output;
    }
}

/**
 * Runs all steps.
 *
 * @param {string} project
 * @param {NodeJS.ProcessEnv} env with the cell's Node.js and a Pulumi CLI on PATH
 * @param {Awaited<ReturnType<typeof import("./accounts.mjs").startAccounts>>} accounts
 * @param {boolean} checkTypes
 * @throws {StepFailure}
 */
export async function runSteps(project, env, accounts, checkTypes) {
    if (checkTypes) {
        const compiler = "require.resolve('typescript/bin/tsc')";
        // Found as the project finds it, wherever its installer has put it.
        await must(
            "type check",
            "node",
            ["-e", `process.argv.splice(1, 0, 'tsc'); require(${compiler})`],
            project,
            env,
        );
    }
    const home = path.join(project, "home");
    const own = {
        ...env,
        PULUMI_BACKEND_URL: `file://${project}`,
        PULUMI_HOME: home,
        PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        NODE_EXTRA_CA_CERTS: accounts.certificateFile,
    };
    const pulumi = (step, ...args) => must(step, "pulumi", [...args, "--non-interactive"], project, own);

    await pulumi("stack init", "stack", "init", "test");
    await configure(pulumi, accounts, "first");
    await pulumi("up", "up", "--yes", "--skip-preview");
    for (const name of blobNames) await mustHold(accounts, name, "first");
    mustKeepSecrets(path.join(project, ".pulumi"), [...accounts.secretTexts, "purpose-first"]);
    await pulumi("up again", "up", "--yes", "--skip-preview", "--expect-no-changes");

    await pulumi("config set", "config", "set", "--secret", "purpose", "purpose-second");
    await pulumi("update", "up", "--yes", "--skip-preview");
    for (const name of blobNames) await mustHold(accounts, name, "second");
    await pulumi("refresh", "refresh", "--yes", "--skip-preview", "--expect-no-changes");
    mustKeepSecrets(path.join(project, ".pulumi"), [...accounts.secretTexts, "purpose-second"]);
    await pulumi("destroy", "destroy", "--yes", "--skip-preview");
    for (const name of blobNames) {
        if (await accounts.blob(name).exists()) throw new StepFailure("destroy", `${name} is still there`);
    }
}

/** @param {(step: string, ...args: string[]) => Promise<string>} pulumi */
async function configure(pulumi, { plain, secrets }, purpose) {
    const given = (flag, values) => Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    // Simulated accounts' keys are worth nothing, so a command line may have them.
    const all = [...given("--plaintext", plain), ...given("--secret", { ...secrets, purpose: `purpose-${purpose}` })];
    await pulumi("config set-all", "config", "set-all", ...all);
}

/** @returns {Promise<string>} what the program said */
async function must(step, command, args, cwd, env) {
    const { ok, output } = await run(command, args, { cwd, env, seconds: STEP_SECONDS });
    if (!ok) throw new StepFailure(step, `${command} ${args[0]} failed`, output);
    return output;
}

/** Reads what stands at the destination: its bytes, and the metadata that one of the resources sets. */
async function mustHold(accounts, name, purpose) {
    const blob = accounts.blob(name);
    const md5 = createHash("md5")
        .update(await blob.downloadToBuffer())
        .digest("base64");
    if (md5 !== contentMd5) throw new StepFailure("content", `${name} has the MD5 ${md5}, not ${contentMd5}`);
    const { metadata } = await blob.getProperties();
    if (name === "by-config.bak" && metadata?.purpose !== `purpose-${purpose}`) {
        throw new StepFailure("metadata", `${name} has ${JSON.stringify(metadata)}, not purpose-${purpose}`);
    }
}

/** Looks for texts in all that the CLI has written. */
function mustKeepSecrets(folder, texts) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
        const content = readFileSync(path.join(parentPath, name), "utf8");
        if (texts.some((text) => content.includes(text))) {
            throw new StepFailure("state", `${name} holds a secret in plain text`);
        }
    }
}
