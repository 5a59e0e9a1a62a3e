import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/provider/duration";
import { isInteractive } from "../../src/provider/progressReporter";
import { doneText, formatBytes, formatTime, progressText } from "../../src/provider/progressText";

const GiB = 1024 ** 3;

describe("progressText", () => {
    it("tells percentage, bytes, rate and the time left", () => {
        const text = progressText({ copyId: "x", elapsedMilliseconds: 7_000, copied: 2.1 * GiB, total: 4.9 * GiB });
        expect(text).toBe("copying 42 % · 2.1 of 4.9 GiB · 307 MiB/s · 9 s left");
    });

    it("moves on between two reports", () => {
        const progress = { copyId: "x", elapsedMilliseconds: 5_000, copied: GiB, total: 2 * GiB };
        expect(progressText(progress)).toContain("5 s left");
        expect(progressText(progress, 2_000)).toContain("3 s left");
        expect(progressText(progress, 60_000)).toContain("0 s left");
    });

    it("tells size and time where the service reports no bytes", () => {
        expect(progressText({ copyId: "x", elapsedMilliseconds: 12_000, copied: 0, total: 4.9 * GiB })).toBe(
            "copying 4.9 GiB · pending for 12 s",
        );
        expect(progressText({ copyId: "x", elapsedMilliseconds: 0, copied: 0 })).toBe("copying · pending for 0 s");
    });

    it("tells what is wrong meanwhile", () => {
        const description = "the service reports: 500 InternalServerError";
        const progress = { copyId: "x", elapsedMilliseconds: 0, copied: 0, description };
        expect(progressText(progress)).toBe(`copying · pending for 0 s · ${description}`);
    });

    it("tells size, time and rate at the end", () => {
        const progress = { copyId: "x", elapsedMilliseconds: 5_000, copied: GiB, total: 2 * GiB };
        expect(doneText(progress, 3_000)).toBe("copied 2.0 GiB in 8 s · 256 MiB/s");
        expect(doneText({ copyId: "x", elapsedMilliseconds: 5_000, copied: 0 }, 0)).toBe("copied in 5 s");
    });

    it.each([
        [0, "0 B"],
        [1023, "1023 B"],
        [1024, "1.0 KiB"],
        [150 * 1024, "150 KiB"],
        [1.5 * 1024 ** 4, "1.5 TiB"],
    ])("writes %d bytes as %s", (bytes, text) => {
        expect(formatBytes(bytes)).toBe(text);
    });

    it.each([
        [400, "0 s"],
        [59_000, "59 s"],
        [60_000, "1 min"],
        [7_500_000, "2 h 5 min"],
        [90_000_000, "1 d 1 h"],
    ])("writes %d ms as %s", (milliseconds, text) => {
        expect(formatTime(milliseconds)).toBe(text);
    });
});

describe("parseDuration", () => {
    it.each([
        ["90s", 90_000],
        ["1h30m", 5_400_000],
        ["7d", 604_800_000],
        ["1d2h3m4s", 93_784_000],
    ])("reads %s", (text, milliseconds) => {
        expect(parseDuration(text)).toBe(milliseconds);
    });

    it.each(["", "90", "1.5h", "s", "5m1h", "-5s", "5 m"])("fails on %j", (text) => {
        expect(parseDuration(text)).toBeUndefined();
    });
});

describe("isInteractive", () => {
    it.each([{ CI: "true" }, { TF_BUILD: "True" }, { TERM: "dumb" }])("is false with %j", (environment) => {
        expect(isInteractive(environment)).toBe(false);
    });
});
