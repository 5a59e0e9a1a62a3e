// Which Pulumi CLI is wanted, which is good enough, and under which name one is kept.

import { readFileSync } from "node:fs";

/**
 * The oldest CLI that is taken from PATH. Since 3.222.0 policy packs run as they do today: started by the language host, with
 * the stack's configuration at hand, and without hanging on older policy SDKs. With an older one, `preview --policy-pack` would
 * test something else than what users run.
 */
export const OLDEST_VERSION = "3.222.0";

/**
 * The CLI's version to get where there is none: that of the SDK which this repository has locked, since both are released as one.
 *
 * @returns {string} such as "3.248.0"
 */
export function wantedVersion() {
    const lock = JSON.parse(readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8"));
    return lock.packages["node_modules/@pulumi/pulumi"].version;
}

/**
 * The name of the folder that keeps one CLI.
 *
 * @param {string} version
 * @param {string} origin what else tells it from others: the hash of what it was built from, or "release"
 */
export function cacheName(version, origin, platform = process.platform, arch = process.arch) {
    return `pulumi-${version}-${platform}-${arch}-${origin}`;
}

/**
 * The numbers of a version as the CLI prints it ("v3.248.0", "3.249.0-alpha.1+dirty"), on the first line that has one.
 *
 * @param {string} text
 * @returns {[number, number, number] | undefined}
 */
export function parseVersion(text) {
    const found = /^v?(\d+)\.(\d+)\.(\d+)(?=$|[\s+-])/m.exec(text);
    return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/**
 * Whether the version printed is the wanted one or newer. What follows the numbers doesn't count.
 *
 * @param {string} text what the CLI printed
 * @param {string} oldest
 */
export function isAtLeast(text, oldest) {
    const have = parseVersion(text);
    const need = parseVersion(oldest);
    if (!have || !need) return false;
    for (let i = 0; i < 3; i++) {
        const difference = have[i] - need[i];
        if (difference !== 0) return difference > 0;
    }
    return true;
}
