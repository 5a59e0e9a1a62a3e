import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, onTestFinished, test } from "vitest";
import { generated, zeros } from "../../simulator";
import { blobOf, copy, sasUrl } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, simulate } from "./support/simulate";

const TIB = 2 ** 40;
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes in use, after what can be collected has been: no matter how seldom a busy machine collects. */
function used(): number {
    collectGarbage();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + Math.max(external, arrayBuffers);
}

describe("scale", () => {
    test("a 1 TiB page blob is copied, read and snapshotted without its bytes", async () => {
        const { golden, dev, clock } = await simulate({ copySeconds: 3600 });
        golden.createContainer("images");
        dev.createContainer("images");
        const content = generated({ length: TIB, seed: 5 });
        const before = used();
        golden.putBlob("images", "disk", content, { blobType: "PageBlob" });
        await copy(dev, "/images/disk", await sasUrl(blobOf(golden, "/images/disk")));
        clock.advance(3600_000);
        const disk = containerOf(dev).getPageBlobClient("disk");
        expect(await disk.getProperties()).toMatchObject({ copyStatus: "success", contentLength: TIB });
        await disk.uploadPages(Buffer.alloc(512, "x"), TIB / 2, 512);
        await disk.createSnapshot();
        const bytes = await disk.downloadToBuffer(TIB / 2 - 16, 16 + 512 + 16);
        const expected = Buffer.concat([
            await content.read(TIB / 2 - 16, TIB / 2),
            Buffer.alloc(512, "x"),
            await content.read(TIB / 2 + 512, TIB / 2 + 528),
        ]);
        expect(bytes.equals(expected)).toBe(true);
        expect(used() - before).toBeLessThan(64 * MIB);
    });

    test("1,000 pending copies of 1 GiB take next to no memory and need no timers", async () => {
        const { golden, dev, clock, simulator } = await simulate({ copySeconds: 60, keepRequests: 10 });
        golden.createContainer("images");
        dev.createContainer("images");
        golden.putBlob("images", "source", generated({ length: 2 ** 30 }));
        const url = await sasUrl(blobOf(golden, "/images/source"));
        const before = used();
        for (let i = 0; i < 1000; i++) {
            await copy(dev, `/images/copy${i}`, url);
        }
        const statuses = async () => {
            const found = new Map<string | undefined, number>();
            for await (const item of containerOf(dev).listBlobsFlat({ includeCopy: true })) {
                const status = item.properties.copyStatus;
                found.set(status, (found.get(status) ?? 0) + 1);
            }
            return [...found];
        };
        expect(await statuses()).toEqual([["pending", 1000]]);
        clock.advance(60_000);
        expect(await statuses()).toEqual([["success", 1000]]);
        expect(used() - before).toBeLessThan(128 * MIB);
        expect(simulator.requests.count()).toBe(10);
    });

    test("a long download is sent in pieces and can be hung up on", async () => {
        const { golden } = await simulate();
        golden.createContainer("images");
        golden.putBlob("images", "huge", generated({ length: 100 * 2 ** 30, seed: 2 }));
        const blob = blobOf(golden, "/images/huge");
        const before = used();
        const { readableStreamBody } = await blob.download();
        let received = 0;
        for await (const chunk of readableStreamBody!) {
            received += chunk.length;
            if (received > 8 * MIB) {
                break;
            }
        }
        expect(received).toBeGreaterThan(8 * MIB);
        expect((await raw(golden, "/images/huge", { method: "HEAD" })).headers["content-length"]).toBe(
            String(100 * 2 ** 30),
        );
        expect(used() - before).toBeLessThan(128 * MIB);
    });

    test("a download of 256 MiB arrives whole, and no listener is left on the way", async () => {
        const { golden } = await simulate();
        golden.createContainer("images");
        golden.putBlob("images", "large", zeros(256 * MIB));
        const warnings: Error[] = [];
        const note = (warning: Error) => warnings.push(warning);
        process.on("warning", note);
        onTestFinished(() => void process.off("warning", note));
        const { readableStreamBody } = await blobOf(golden, "/images/large").download();
        let received = 0;
        for await (const chunk of readableStreamBody!) {
            received += chunk.length;
        }
        expect(received).toBe(256 * MIB);
        expect(warnings.map(({ name }) => name)).not.toContain("MaxListenersExceededWarning");
    });

    test("a folder among 100,000 names is found without going through them", async () => {
        const { golden } = await simulate();
        golden.createContainer("images");
        for (let i = 0; i < 100_000; i++) {
            golden.putBlob("images", `${i % 10}/${i}`, "x");
        }
        const prefixes: string[] = [];
        for await (const item of containerOf(golden).listBlobsByHierarchy("/")) {
            prefixes.push(item.name);
        }
        expect(prefixes).toEqual(Array.from({ length: 10 }, (_, i) => `${i}/`));
    });
});
