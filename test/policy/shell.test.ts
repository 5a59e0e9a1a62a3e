import { describe, expect, it } from "vitest";
import { type Maybe, Unknown } from "../../policy/known";
import { invocationsOf, UnreadableScript } from "../../policy/shell/invocations";
import { textOfWord } from "../../policy/shell/words";

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
                ["echo", "{$(azcopy …)}"],
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
        ["variables that are computed", `SRC="\${SRC:-a}"; azcopy copy "$SRC" b`, [["azcopy", "copy", "{$SRC}", "b"]]],
        [
            "what starts another program",
            "sudo -E nohup env A=1 timeout -k 5 30m /usr/bin/azcopy copy a b",
            [["/usr/bin/azcopy", "copy", "a", "b"]],
        ],
        ["a shell in a shell", `bash -ec "SRC=a; azcopy copy \\$SRC b"`, [["azcopy", "copy", "a", "b"]]],
        [
            "what a shell in a shell is not told of",
            `bash -c "azcopy copy '$SRC' "\${DST}/c""`,
            [["azcopy", "copy", "{$SRC}", `{\${DST}}/c`]],
        ],
        ["a text that is run", "eval 'azcopy copy a b'", [["azcopy", "copy", "a", "b"]]],
        ["a trap", "trap 'azcopy copy a b' EXIT", [["azcopy", "copy", "a", "b"]]],
        ["another user's shell", "su - me -c 'azcopy copy a b'", [["azcopy", "copy", "a", "b"]]],
        ["another machine's shell", "ssh -p 22 me@there azcopy copy a 'b'", [["azcopy", "copy", "a", "b"]]],
        ["a here-document for a shell", "bash -s <<'END'\nazcopy copy a b\nEND", [["azcopy", "copy", "a", "b"]]],
        ["a here-document for a script", "bash install.sh <<END\nit's\nEND", [["bash", "install.sh"]]],
        ["a here-string for a shell", "sh <<< 'azcopy copy a b'", [["azcopy", "copy", "a", "b"]]],
        ["a here-document for another program", "cat <<END\nazcopy copy a b\nEND", [["cat"]]],
        ["arguments of what starts it", "flock -n /tmp/lock azcopy copy a b", [["azcopy", "copy", "a", "b"]]],
        ["an image of its name", "docker run --rm azcopy azcopy copy a b", [["azcopy", "copy", "a", "b"]]],
        ["a shell of xargs", "ls | xargs -I{} sh -c 'azcopy copy {} b'", [["ls"], ["azcopy", "copy", "{}", "b"]]],
        [
            "options in a variable",
            `OPTIONS="--a --b=c"; azcopy $OPTIONS "$OPTIONS"`,
            [["azcopy", "--a", "--b=c", "--a --b=c"]],
        ],
        ["an empty variable", `OPTIONS=; azcopy $OPTIONS a`, [["azcopy", "a"]]],
        ["a variable that grows", "SRC=a; SRC+=b; azcopy $SRC", [["azcopy", "ab"]]],
        ["a variable of elsewhere that grows", "SRC+=b; azcopy $SRC", [["azcopy", "{$SRC}"]]],
        [
            "a variable that one of two branches sets",
            "DST=b; if true; then DST=c; azcopy $DST; fi; azcopy $DST",
            [["true"], ["azcopy", "c"], ["azcopy", "{$DST}"]],
        ],
        [
            "a variable that two branches set, each to another value",
            "if true; then DST=b; else DST=c; fi; azcopy $DST",
            [["true"], ["azcopy", "{$DST}"]],
        ],
        ["a variable with another value where it fails", "A=b; true || A=c; azcopy $A", [["true"], ["azcopy", "{$A}"]]],
        [
            "variables in a row",
            "A=b && B=c && azcopy $A; azcopy $B",
            [
                ["azcopy", "b"],
                ["azcopy", "c"],
            ],
        ],
        ["an array", `A=(b); azcopy "\${A[@]}" "\${A[0]}"`, [["azcopy", "{$A}", "{$A}"]]],
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

    it.each([
        ["timeout 1h bash -c 'azcopy copy a b'", 3_600],
        ['timeout "$LIMIT" azcopy copy a b', new Unknown("$LIMIT")],
    ])("tells the time that timeout gives: %s", async (script, timeoutSeconds) => {
        expect(await invocationsOf(script, new Map())).toMatchObject([{ timeoutSeconds }]);
    });

    it("names what is not known without what may be secret", async () => {
        const script = `azcopy "$(az sas --account-key a2V5)" "\${SAS:-a2V5}" <(curl -H a2V5)`;
        expect((await programs(script))[0]).toEqual(["azcopy", "{$(az …)}", "{$SAS}", "{$(curl …)}"]);
    });

    it("fails where it can't be parsed", async () => {
        await expect(programs("if azcopy copy 'a")).rejects.toThrow(UnreadableScript);
    });
});
