import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { file, generated, ManualClock, zeros } from "../../simulator";
import { parseTagExpression } from "../../simulator/blob/tagExpression";
import { etagOf, TickSource, ticksOf, timestampOf } from "../../simulator/clock";
import { bytes } from "../../simulator/content/content";
import { JoinedContent } from "../../simulator/content/joined";
import { PageMap } from "../../simulator/content/pageMap";

describe("content", () => {
    test("generated content is the same for one seed, at any offset and in any pieces", async () => {
        const content = generated({ length: 20_000, seed: 7 });
        const whole = await content.read(0, 20_000);
        for (const [start, end] of [
            [0, 1],
            [4095, 4097],
            [8192, 12_288],
            [19_999, 20_000],
        ] as const) {
            expect((await content.read(start, end)).equals(whole.subarray(start, end))).toBe(true);
        }
        expect((await generated({ length: 20_000, seed: 7 }).read(0, 20_000)).equals(whole)).toBe(true);
        expect((await generated({ length: 20_000, seed: 8 }).read(0, 20_000)).equals(whole)).toBe(false);
        expect(new Set(whole).size).toBe(256);
    });

    test("generated content differs beyond 2^32 blocks too", async () => {
        const content = generated({ length: 2 ** 52, seed: 1 });
        const at = async (offset: number) => (await content.read(offset, offset + 16)).toString("hex");
        const seen = await Promise.all([0, 4096, 2 ** 40, 2 ** 44, 2 ** 44 + 4096, 2 ** 51].map(at));
        expect(new Set(seen).size).toBe(seen.length);
    });

    test("zeros are zeros, and files are read where they lie", async () => {
        expect((await zeros(2 ** 50).read(2 ** 49, 2 ** 49 + 3)).equals(Buffer.alloc(3))).toBe(true);
        const folder = mkdtempSync(join(tmpdir(), "content-"));
        onTestFinished(() => rmSync(folder, { recursive: true }));
        writeFileSync(join(folder, "a"), "0123456789");
        const content = file(join(folder, "a"));
        expect([content.length, (await content.read(3, 6)).toString()]).toEqual([10, "345"]);
        expect(() => zeros(-1)).toThrow("length must be a whole number of bytes, got -1");
    });

    test("joined content reads across its parts, and grows without changing what was there", async () => {
        const one = JoinedContent.of([bytes("abc"), bytes(""), bytes("def")]);
        const two = one.append(bytes("ghi"));
        const other = one.append(bytes("xyz"));
        const text = async (content: JoinedContent, start: number, end: number) =>
            (await content.read(start, end)).toString();
        expect(await text(one, 0, 6)).toBe("abcdef");
        expect(await text(one, 2, 4)).toBe("cd");
        expect(await text(two, 5, 9)).toBe("fghi");
        expect(await text(other, 5, 9)).toBe("fxyz");
    });

    test("a page map behaves like an array of bytes, whatever is written and cleared", async () => {
        const size = 512 * 64;
        const model = Buffer.alloc(size);
        let pages = PageMap.empty(size);
        let state = 12_345;
        const random = (below: number) => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
            return (state >>> 8) % below;
        };
        for (let round = 0; round < 300; round++) {
            const start = random(64) * 512;
            const end = Math.min(size, start + (1 + random(12)) * 512);
            if (random(3) === 0) {
                pages = pages.clear(start, end);
                model.fill(0, start, end);
            } else {
                const content = Buffer.alloc(end - start, 1 + random(255));
                pages = pages.write(start, bytes(content));
                content.copy(model, start);
            }
            expect((await pages.read(0, size)).equals(model)).toBe(true);
            const from = random(size);
            const to = from + random(size - from);
            expect((await pages.read(from, to)).equals(model.subarray(from, to))).toBe(true);
            const written = pages.ranges().flatMap(({ start: a, end: b }) => {
                return Array.from({ length: (b + 1 - a) / 512 }, (_, i) => a / 512 + i);
            });
            const expected = Array.from({ length: 64 }, (_, i) => i).filter((i) => model[i * 512] !== 0);
            expect(written).toEqual(expected);
        }
    });
});

describe("tag expressions", () => {
    const tags = { status: "done", "my tag": "it's", size: "10" };

    test.each([
        ["\"status\" = 'done'", true],
        ["status = 'done'", true],
        ["\"status\" = 'Done'", false],
        ["\"status\" <> 'open'", true],
        ["\"my tag\" = 'it''s'", true],
        ["\"size\" >= '10' AND \"size\" < '2'", true],
        ["\"none\" = 'x'", false],
        ["\"none\" <> 'x'", true],
        ["\"none\" < 'x'", false],
        ["\"status\" = 'x' OR \"status\" = 'done' AND \"size\" = '10'", true],
        ["(\"status\" = 'done' OR \"size\" = '1') AND \"size\" = '1'", false],
        ["\"status\" = 'done' and \"size\" = '10'", true],
    ])("%s is %s", (text, expected) => {
        expect(parseTagExpression(text)?.(tags)).toBe(expected);
    });

    test.each(["", "status", "status = done", "'a' = 'b'", "a = 'b' AND", "a = 'b' c = 'd'", "(a = 'b'", "a == 'b'"])(
        "%j is none",
        (text) => {
            expect(parseTagExpression(text)).toBeUndefined();
        },
    );
});

describe("the clock", () => {
    test("stands still until it is turned, and only forwards", () => {
        const clock = new ManualClock(new Date("2024-01-01T00:00:00Z"));
        clock.advance(1500);
        expect(clock.now()).toBe(Date.parse("2024-01-01T00:00:01.500Z"));
        expect(() => clock.advance(-1)).toThrow("a clock can't be turned back");
    });

    test("moments always grow, even while it stands", () => {
        const clock = new ManualClock();
        const ticks = new TickSource(clock);
        const moments = [ticks.next(), ticks.next(), ticks.next()];
        clock.advance(1);
        moments.push(ticks.next());
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
        expect(new Set(moments.map(etagOf)).size).toBe(4);
    });

    test("ETags and snapshot times are those the service makes of a time", () => {
        // From a recorded answer: ETag 0x8DA7BAB455E64EF, version 2022-08-11T15:07:55.9794691Z.
        const ticks = ticksOf(Date.parse("2022-08-11T15:07:55.979Z")) + 4691;
        expect(etagOf(ticks).slice(0, 12)).toBe("0x8DA7BAB455");
        expect(timestampOf(ticks)).toBe("2022-08-11T15:07:55.9794691Z");
    });
});
