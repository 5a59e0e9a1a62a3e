import { describe, expect, it } from "vitest";
import { type Maybe, Unknown } from "../../policy/known";
import { invocationsOf, textOfWord, UnreadableScript } from "../../policy/shell/invocations";

/** The programs of a script with their arguments; what is not known as {spelling}. */
async function programs(script: string, environment: Record<string, Maybe<string>> = {}): Promise<string[][]> {
    const invocations = await invocationsOf(script, new Map(Object.entries(environment)));
    return invocations.map(({ words }) =>
        words.map((word) => word.map((part) => (typeof part === "string" ? part : `{${part.unknown}}`)).join("")),
    );
}

describe("a shell script", () => {
    it.each<[string, string, string[][]]>([
        ["one command", "azcopy copy a b", [["azcopy", "copy", "a", "b"]]],
        ["quotes", `azcopy copy 'a b' "c"d $'e\\tf'`, [["azcopy", "copy", "a b", "cd", "e\tf"]]],
        ["lines that go on", "azcopy \\\n  copy a \\\n b", [["azcopy", "copy", "a", "b"]]],
        [
            "a chain",
            "set -e; az login && azcopy copy a b || exit 1",
            [
                ["set", "-e"],
                ["az", "login"],
                ["azcopy", "copy", "a", "b"],
                ["exit", "1"],
            ],
        ],
        ["a pipe", "yes | azcopy copy a b", [["yes"], ["azcopy", "copy", "a", "b"]]],
        [
            "branches and loops",
            "if true; then azcopy copy a b; else for x in 1; do azcopy sync c d; done; fi",
            [["true"], ["azcopy", "copy", "a", "b"], ["azcopy", "sync", "c", "d"]],
        ],
        [
            "functions and groups",
            "f() { azcopy copy a b; }; (azcopy copy c d)",
            [
                ["azcopy", "copy", "a", "b"],
                ["azcopy", "copy", "c", "d"],
            ],
        ],
        [
            "another command's output",
            "echo $(azcopy copy a b)",
            [
                ["echo", "{$(azcopy copy a b)}"],
                ["azcopy", "copy", "a", "b"],
            ],
        ],
        ["comments", "# azcopy copy a b\ntrue", [["true"]]],
        ["a text that only looks like a command", "echo 'azcopy copy a b'", [["echo", "azcopy copy a b"]]],
        ["variables", `SRC=a; azcopy copy "$SRC" "\${DST}"`, [["azcopy", "copy", "a", `{\${DST}}`]]],
        [
            "exported variables",
            'export SRC=a; azcopy copy "$SRC" b',
            [
                ["export", "SRC=a"],
                ["azcopy", "copy", "a", "b"],
            ],
        ],
        [
            "variables that are computed",
            `SRC="\${SRC:-a}"; azcopy copy "$SRC" b`,
            [["azcopy", "copy", `{\${SRC:-a}}`, "b"]],
        ],
        [
            "what starts another program",
            "sudo -E nohup env A=1 timeout -k 5 30m /usr/bin/azcopy copy a b",
            [["/usr/bin/azcopy", "copy", "a", "b"]],
        ],
        ["a shell in a shell", `bash -ec "SRC=a; azcopy copy \\$SRC b"`, [["azcopy", "copy", "a", "b"]]],
    ])("is read with %s", async (_, script, expected) => {
        expect(await programs(script)).toEqual(expected);
    });

    it("knows the variables of its environment, which may not be known yet", async () => {
        expect(await programs('azcopy copy "$A" "$B"', { A: "https://a", B: new Unknown("environment.B") })).toEqual([
            ["azcopy", "copy", "https://a", "{environment.B}"],
        ]);
    });

    it("tells the time that timeout gives", async () => {
        const [invocation] = await invocationsOf("timeout --foreground 1.5h azcopy copy a b", new Map());
        expect(invocation).toMatchObject({ timeoutSeconds: 5_400 });
        expect(invocation!.words.map(textOfWord)).toEqual(["azcopy", "copy", "a", "b"]);
    });

    it("fails where it can't be parsed", async () => {
        await expect(programs("if azcopy copy 'a")).rejects.toThrow(UnreadableScript);
    });
});
