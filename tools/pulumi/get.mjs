#!/usr/bin/env node
// Prints the folder to put on PATH so that `pulumi` works for Node.js programs; nothing else goes to stdout. README.md tells more.

import { failureMessage } from "./failure.mjs";
import { fromGo, keptFromGo } from "./fromGo.mjs";
import { fromPath } from "./fromPath.mjs";
import { fromRelease, keptFromRelease } from "./fromRelease.mjs";
import { say } from "./say.mjs";
import { OLDEST_VERSION } from "./versions.mjs";

/** @returns {Promise<string | undefined>} */
async function get() {
    const installed = await fromPath();
    if ("bin" in installed) return installed.bin;

    const cached = keptFromRelease() ?? keptFromGo();
    if (cached) return cached;

    const attempts = [{ tried: "pulumi on PATH", failure: installed.failure }];
    for (const { tried, way } of [
        { tried: "the official release", way: () => fromRelease() },
        { tried: "a build from source", way: fromGo },
    ]) {
        const result = await way().catch((/** @type {Error} */ error) => ({ failure: error.message }));
        if ("bin" in result) return result.bin;
        attempts.push({ tried, failure: result.failure });
        if (way !== fromGo) say(`${tried}: ${result.failure}`);
    }
    say(failureMessage(attempts, OLDEST_VERSION));
    return undefined;
}

const bin = await get().catch((/** @type {Error} */ error) => say(error.message));
if (bin) console.log(bin);
else process.exitCode = 1;
