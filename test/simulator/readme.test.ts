import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OPERATIONS } from "../../simulator/blob/operations";

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
const operations = (simulated: boolean) =>
    sorted(OPERATIONS.filter((each) => (each.run !== undefined) === simulated).map(({ name }) => name));

test("the README names every operation that is simulated, and every one that isn't", () => {
    expect(sorted(section("operations"))).toEqual(operations(true));
    expect(sorted(section("missing"))).toEqual(operations(false));
});
