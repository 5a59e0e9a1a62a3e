import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OPERATIONS } from "../../simulator/blob/operations";
import { FILE_OPERATIONS } from "../../simulator/file/operations";

const readme = readFileSync(join(__dirname, "../../simulator/README.md"), "utf8").replace(/\s+/g, " ");

function section(name: string): string[] {
    const text = readme.split(`<!-- ${name} -->`)[1]!.split(`<!-- /${name} -->`)[0]!;
    return text
        .replace(/- [a-z ]+:/g, ",")
        .replace(/\([^)]*\)/g, "")
        .split(/[,;.]/)
        .map((each) => each.trim())
        .filter((each) => each !== "");
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

test.each([
    ["operations", "missing", OPERATIONS],
    ["file operations", "missing file operations", FILE_OPERATIONS],
])("the README names all %s that are simulated, and those that aren't", (there, missing, table) => {
    const names = (simulated: boolean) =>
        sorted(table.filter((each) => (each.run !== undefined) === simulated).map(({ name }) => name));
    expect(sorted(section(there))).toEqual(names(true));
    expect(sorted(section(missing))).toEqual(names(false));
});
