// That `npm run figures` counts what it says.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

// A path known only at run time: the tools are plain JavaScript, which this project's TypeScript settings leave out.
const tool = (name: string) => import(`../../tools/figures/${name}.mjs`);

describe("the house in numbers", async () => {
    const { readRoom } = await tool("read");
    const { circlesOf, deepestChain } = await tool("imports");
    const root = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-figures-test-"));
    afterAll(() => rmSync(root, { recursive: true, force: true }));
    let rooms = 0;

    function room(files: Record<string, string>) {
        const folder = `room${rooms++}`;
        for (const [name, text] of Object.entries(files)) {
            const path = join(root, folder, name);
            mkdirSync(dirname(path), { recursive: true });
            writeFileSync(path, text);
        }
        return { folder, files: readRoom(root, folder) };
    }

    it("counts lines of code, not of comments and not blank ones", () => {
        const text = [
            "// A comment.",
            "",
            "/** Another,",
            " * of two lines. */",
            "export const a = 1; // and one beside code",
            "export const b = `",
            "",
            "// no comment`;",
            "",
        ].join("\n");
        const [file] = room({ "a.ts": text }).files;
        expect(file).toMatchObject({ lines: 3, allLines: 8 });
    });

    it("finds circles over imports of types, re-exports and import()", () => {
        const { folder, files } = room({
            "a.ts": 'import type { B } from "./b";\nexport type A = B;',
            "b.ts": 'export type B = import("./c").C;',
            "c.ts": 'export type { A as C } from "./inner";',
            "inner/index.ts": 'export const late = () => import("../a");',
            "d.ts": 'import "./a";',
        });
        const circle = ["a.ts", "b.ts", "c.ts", "inner/index.ts"].map((name) => `${folder}/${name}`);
        expect(circlesOf(files)).toEqual([circle]);
    });

    it("counts the files of the longest chain", () => {
        const { files } = room({
            "a.ts": 'import "./b";\nimport "./c";',
            "b.ts": 'import "./c";\nimport "node:fs";',
            "c.ts": 'import "./d.js";',
            "d.ts": "export const d = 1;",
        });
        expect(circlesOf(files)).toEqual([]);
        expect(deepestChain(files)).toBe(4);
    });

    it("takes the titles of cases, however they are declared", () => {
        const text = [
            'it("one", () => {});',
            'test.skipIf(true)("two", () => {});',
            'it.each([1, 2])("three %i", () => {});',
            'describe("no case", () => {});',
            '/x/.test("no case either");',
            "it.each<[string]>([])(`four`, () => {});",
        ].join("\n");
        const [file] = room({ "a.test.ts": text }).files;
        expect(file.titles).toEqual(["one", "two", "three %i", "four"]);
    });

    it("counts the functions that a comment lets be more complex", () => {
        const comment = "biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a reason";
        const [file] = room({ "a.ts": `// ${comment}\nexport function a() {}\n` }).files;
        expect(file.ignored).toBe(1);
    });
});
