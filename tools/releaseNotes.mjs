// Prints the changelog's section of a version, for its release. Fails where there is none, or where package.json has another version.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/**
 * @param {string} changelog in the form of Keep a Changelog
 * @param {string} version without "v"
 * @returns {string | undefined} what stands under the version's heading
 */
export function sectionOf(changelog, version) {
    const sections = changelog.split(/^## /m).slice(1);
    const found = sections.find((section) => section.startsWith(`[${version}] - `));
    return (
        found
            ?.slice(found.indexOf("\n") + 1)
            .replace(/^\[[^\]]+\]: .*$/gm, "")
            .trim() || undefined
    );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    const version = (process.argv[2] ?? "").replace(/^v/, "");
    const read = (/** @type {string} */ file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
    const own = JSON.parse(read("package.json")).version;
    const section = sectionOf(read("CHANGELOG.md"), version);
    const mistake =
        version !== own
            ? `the tag names version ${version || "(none)"}, and package.json ${own}; make them the same`
            : section === undefined &&
              `CHANGELOG.md has no section "## [${version}] - <date>"; move what is under "Unreleased" there`;
    if (mistake) {
        console.error(mistake);
        process.exit(1);
    }
    console.log(section);
}
