// What SECURITY.md promises is kept by tests that are there.

import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** The tests that each promise names: their file, and a part of their title. */
const promises = readFileSync("SECURITY.md", "utf8")
    .split("## What is promised")[1]!
    .split("\n")
    .filter((line) => line.startsWith("- "))
    .map((line) => {
        const [promise, ...tests] = line.slice(2).split(" — ");
        return { promise: promise!, tests: tests.join(" — ").split(/; (?=[a-z-])/) };
    });

it("has a promise for each of its lines", () => {
    expect(promises.length).toBeGreaterThan(40);
});

it.each(promises)("keeps: $promise", ({ tests }) => {
    let file = "";
    expect(tests[0]).toMatch(/^test\//);
    for (const test of tests) {
        const [, path, title] = /^(?:(test\/\S+\.ts): )?(.+)$/.exec(test)!;
        file = path ?? file;
        expect(existsSync(file), file).toBe(true);
        const shown = title!.replace(/ …$/, "");
        expect(readFileSync(file, "utf8"), `${file} has no test "${shown}"`).toContain(shown);
    }
});
