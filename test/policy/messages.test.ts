// What a policy's message may hold: nothing secret, and no character that steers a terminal.

import { expect, it } from "vitest";
import { sameDestination } from "../../policy/rules/sameDestination";
import { sourceHostNotAllowed } from "../../policy/rules/sourceHostNotAllowed";
import { check } from "./support/check";
import { blobCopy, devBlob } from "./support/resources";

it("has unseen characters of names as escapes, on its own lines", async () => {
    const destination = devBlob({ blobName: "a\u001b[2J\u009b1m\u202e\u200b\r\nWhy: it is well" });
    const { messages } = await check(sameDestination, [
        blobCopy({ destination }),
        { ...blobCopy({ destination }), name: "other" },
    ]);
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) {
        expect(message).toContain("a\\u001b[2J\\u009b1m\\u202e\\u200b\\u000d\\u000aWhy: it is well");
        expect(message.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(message.split("\n").map((line) => line.split(":")[0])).toEqual([
            expect.any(String),
            "Why",
            "Fix",
            "More",
        ]);
    }
});

const allowed = { allowedHosts: ["contoso.com"] };

it("has nothing that looks like a secret, of which the provider knows the look, too", async () => {
    const secret = "AKIAIOSFODNN7EXAMPLE";
    const { messages } = await check(
        sourceHostNotAllowed,
        [blobCopy({ source: { url: `https://example.com/${secret}/b` } })],
        allowed,
    );
    expect(messages).toHaveLength(1);
    expect(messages.join()).toContain("https://example.com/REDACTED/b");
});

it("has nothing that the program marks as secret", async () => {
    const props = { source: { url: "https://example.com/secret%20folder/tool.zip" }, __secrets: ["source.url"] };
    const { messages } = await check(sourceHostNotAllowed, [blobCopy(props)], allowed);
    expect(messages).toHaveLength(1);
    expect(messages.join()).not.toMatch(/secret%20folder|secret folder/);
});
