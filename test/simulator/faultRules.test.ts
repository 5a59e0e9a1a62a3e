import { request as httpRequest } from "node:http";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle, ManualClock, Simulator } from "../../simulator";
import { until } from "../helpers/until";
import { blobOf, copy, outcome, sasUrl } from "./support/copies";
import { elementText, raw } from "./support/raw";
import { containerOf, serviceClient, simulate } from "./support/simulate";

let golden: AccountHandle;
let dev: AccountHandle;
let simulator: Simulator;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, dev, simulator, clock } = await simulate());
    golden.createContainer("images");
    dev.createContainer("images");
    golden.putBlob("images", "a", "hello");
});

const get = (account = golden) => raw(account, "/images/a");

async function statuses(count: number): Promise<number[]> {
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
        found.push((await get()).status);
    }
    return found;
}

describe("a fault by probability", () => {
    test("strikes the same requests at every run with one seed, others with another", async () => {
        const run = async (seed: number) => {
            ({ golden, simulator } = await simulate({ seed }));
            golden.createContainer("images");
            golden.putBlob("images", "a", "hello");
            simulator.faults.add({ status: 500, probability: 0.5 });
            return statuses(32);
        };
        const first = await run(7);
        expect(await run(7)).toEqual(first);
        expect(await run(8)).not.toEqual(first);
        expect(new Set(first)).toEqual(new Set([200, 500]));
    });

    test("of 0 never strikes, of 1 always, and no other number is taken", async () => {
        simulator.faults.add({ status: 500, probability: 0 });
        expect(await statuses(3)).toEqual([200, 200, 200]);
        simulator.faults.add({ status: 500, probability: 1, times: 2 });
        expect(await statuses(3)).toEqual([500, 500, 200]);
        expect(() => simulator.faults.add({ probability: 2 })).toThrow("probability must be between 0 and 1, got 2");
    });
});

describe("a request that hangs", () => {
    /** Sends a Put Blob, and hangs up once something is so. */
    async function hangUp(isSo: () => boolean | Promise<boolean>): Promise<string> {
        const url = await sasUrl(blobOf(golden, "/images/new"), "cw");
        const outgoing = httpRequest(url, { method: "PUT", headers: { "x-ms-blob-type": "BlockBlob" }, agent: false });
        const ended = new Promise<string>((resolve) => {
            outgoing.on("response", () => resolve("answered"));
            outgoing.on("error", () => resolve("hung up"));
        });
        outgoing.end("x");
        await until(isSo);
        outgoing.destroy(new Error("enough"));
        return ended;
    }

    const exists = () => containerOf(golden).getBlobClient("new").exists();

    test("is never answered, nor carried out", async () => {
        simulator.faults.add({ operation: "Put Blob", hang: true });
        expect(await hangUp(() => simulator.requests.count("Put Blob") === 1)).toBe("hung up");
        expect(await exists()).toBe(false);
        expect(simulator.requests.of("Put Blob")[0]!.status).toBeUndefined();
    });

    test("may have been carried out", async () => {
        simulator.faults.add({ operation: "Put Blob", hangAfter: true });
        expect(await hangUp(exists)).toBe("hung up");
        expect(await exists()).toBe(true);
    });
});

describe("slow bodies", () => {
    test("come a few bytes at a time", async () => {
        simulator.faults.add({ operation: "Get Blob", bytesPerSecond: 20 });
        const { readableStreamBody } = await blobOf(golden, "/images/a").download();
        const received: string[] = [];
        for await (const chunk of readableStreamBody!) {
            received.push(...chunk.toString());
            expect(chunk.length).toBeLessThan(5);
        }
        expect(received.join("")).toBe("hello");
    });

    test("and other faults strike beside them", async () => {
        simulator.faults.add({ bytesPerSecond: 1_000_000, delayMs: 1 });
        simulator.faults.add({ status: 503 });
        expect(outcome(await get())).toEqual([503, "ServerBusy"]);
    });
});

describe("a throttled account", () => {
    test("answers 503 ServerBusy to more requests than it takes in a second, until time has passed", async () => {
        simulator.faults.throttle({ account: "golden", requestsPerSecond: 3, retryAfterSeconds: 2 });
        expect(await statuses(4)).toEqual([200, 200, 200, 503]);
        const busy = await get();
        expect([...outcome(busy), busy.headers["retry-after"]]).toEqual([503, "ServerBusy", "2"]);
        expect(elementText(busy, "Message")).toContain("Operations per second is over the account limit.");
        clock.advance(1000);
        expect(await statuses(4)).toEqual([200, 200, 200, 503]);
        expect((await get(dev)).status).toBe(404);
    });

    test("counts bytes both ways", async () => {
        simulator.faults.throttle({ bytesPerSecond: 1000 });
        const blob = containerOf(golden).getBlockBlobClient("large");
        await blob.upload(Buffer.alloc(2500), 2500);
        expect(outcome(await get())).toEqual([503, "ServerBusy"]);
        clock.advance(1000);
        expect((await get()).status).toBe(503);
        clock.advance(1000);
        expect((await get()).status).toBe(200);
    });

    test("is let go when the throttle is removed", async () => {
        const throttle = simulator.faults.throttle({ requestsPerSecond: 1 });
        expect(await statuses(2)).toEqual([200, 503]);
        throttle.remove();
        expect(await statuses(2)).toEqual([200, 200]);
        expect(() => simulator.faults.throttle({ requestsPerSecond: 0 })).toThrow("must be more than 0, got 0");
    });

    test("a fault for two requests lets the third through", async () => {
        simulator.faults.add({ operation: "Get Blob Properties", status: 503, times: 2, retryAfterSeconds: 0 });
        const blob = serviceClient(golden).getContainerClient("images").getBlobClient("a");
        await expect(blob.getProperties()).rejects.toThrow();
        await expect(blob.getProperties()).rejects.toThrow();
        expect((await blob.getProperties()).contentLength).toBe(5);
    });
});

describe("copy rules", () => {
    test("strike the nth copy, as often as they say", async () => {
        const source = await sasUrl(blobOf(golden, "/images/a"));
        simulator.copies.add({ nth: 2, fail: '500 InternalServerError "Copy failed."' });
        const found: (string | undefined)[] = [];
        for (const name of ["one", "two", "three"]) {
            await copy(dev, `/images/${name}`, source);
            found.push((await blobOf(dev, `/images/${name}`).getProperties()).copyStatus);
        }
        expect(found).toEqual(["success", "failed", "success"]);
    });
});
