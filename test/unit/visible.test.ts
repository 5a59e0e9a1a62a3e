import { describe, expect, it } from "vitest";
import { quoted, visible } from "../../common/visible";

describe("visible", () => {
    it.each([
        ["an escape", "\u001b[2J", "\\u001b[2J"],
        ["a carriage return", "a\rb", "a\\u000db"],
        ["a backspace, a bell, a null and a tab", "\b\u0007\0\t", "\\u0008\\u0007\\u0000\\u0009"],
        ["a delete", "\u007f", "\\u007f"],
        ["controls of the second set", "\u0080\u009b31m\u009f", "\\u0080\\u009b31m\\u009f"],
        [
            "what turns the direction",
            "\u200e\u200f\u061c\u202a\u202e\u2066\u2069",
            "\\u200e\\u200f\\u061c\\u202a\\u202e\\u2066\\u2069",
        ],
        [
            "what has no width",
            "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u034f",
            "\\u200b\\u200c\\u200d\\u2060\\ufeff\\u00ad\\u180e\\u034f",
        ],
        ["line ends of other alphabets", "\u2028\u2029", "\\u2028\\u2029"],
        ["halves of a pair", "\ud83d \ude00", "\\ud83d \\ude00"],
        ["tags", "\u{e0041}", "\\u{e0041}"],
    ])("shows %s", (_, text, expected) => {
        expect(visible(text)).toBe(expected);
        expect(quoted(text)).toBe(expected);
    });

    it("leaves letters, signs and line ends as they are", () => {
        const text = "copying 43 % · 2.1 of 4.9 GiB …\nÄpfel 東京 😀";
        expect(visible(text)).toBe(text);
    });
});

describe("quoted", () => {
    it("keeps to one line", () => {
        expect(quoted("refused\nWhy: none")).toBe("refused\\u000aWhy: none");
    });

    it("cuts after 400 characters", () => {
        expect(quoted("x".repeat(120_000))).toBe(`${"x".repeat(400)}…`);
        expect(quoted("x".repeat(400))).toBe("x".repeat(400));
    });
});
