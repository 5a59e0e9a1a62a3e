import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import { type AccountHandle, type Simulator, startSimulator } from "../../simulator";
import { outcome } from "./support/copies";
import { elementText, raw } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

let golden: AccountHandle;
let simulator: Simulator;

beforeEach(async () => {
    ({ golden, simulator } = await simulate());
    golden.createContainer("images");
    golden.putBlob("images", "a", "hello");
    golden.putBlob("images", "b", "hello");
});

const get = (name = "a") => raw(golden, `/images/${name}`);

describe("faults", () => {
    test("answer with a status, a code and Retry-After", async () => {
        simulator.faults.add({ operation: "Get Blob", status: 503, retryAfterSeconds: 7 });
        const answer = await get();
        expect(outcome(answer)).toEqual([503, "ServerBusy"]);
        expect(answer.headers["retry-after"]).toBe("7");
        expect((await raw(golden, "/images/a", { method: "HEAD" })).status).toBe(200);
    });

    test("may have any code and message", async () => {
        simulator.faults.add({ status: 418, errorCode: "Teapot", message: "short and stout" });
        const answer = await get();
        expect(outcome(answer)).toEqual([418, "Teapot"]);
        expect(elementText(answer, "Message")).toContain("short and stout");
        simulator.faults.clear();
        simulator.faults.add({ errorCode: "BlobArchived" });
        expect(outcome(await get())).toEqual([409, "BlobArchived"]);
    });

    test("strike by account, container and blob", async () => {
        simulator.faults.add({ blob: "b", status: 500 });
        simulator.faults.add({ container: "other", status: 500 });
        simulator.faults.add({ account: "dev", status: 500 });
        expect([(await get("a")).status, (await get("b")).status]).toEqual([200, 500]);
    });

    test("strike the nth request, a number of times", async () => {
        simulator.faults.add({ nth: 2, status: 500 });
        const statuses = async () => [(await get()).status, (await get()).status, (await get()).status];
        expect(await statuses()).toEqual([200, 500, 200]);
        simulator.faults.add({ times: 2, status: 500 });
        expect(await statuses()).toEqual([500, 500, 200]);
        simulator.faults.clear();
        simulator.faults.add({ nth: 2, times: 2, status: 500 });
        expect(await statuses()).toEqual([200, 500, 500]);
    });

    test("go when they are removed", async () => {
        const fault = simulator.faults.add({ status: 500 });
        expect((await get()).status).toBe(500);
        fault.remove();
        expect((await get()).status).toBe(200);
    });

    test("of one kind are counted alone: the first that is due strikes", async () => {
        simulator.faults.add({ nth: 2, status: 500 });
        simulator.faults.add({ status: 503 });
        expect([(await get()).status, (await get()).status, (await get()).status]).toEqual([503, 500, 503]);
    });

    test("reset: the connection dies and nothing was done", async () => {
        simulator.faults.add({ operation: "Put Blob", reset: true, times: 1 });
        const blob = containerOf(golden).getBlockBlobClient("new");
        expect((await failure(blob.upload("x", 1))).code).toBe("ECONNRESET");
        expect(await blob.exists()).toBe(false);
        expect(simulator.requests.of("Put Blob")[0]?.status).toBeUndefined();
    });

    test("resetAfter: the connection dies though all was done", async () => {
        simulator.faults.add({ operation: "Put Blob", resetAfter: true, times: 1 });
        const blob = containerOf(golden).getBlockBlobClient("new");
        expect((await failure(blob.upload("x", 1))).code).toBe("ECONNRESET");
        expect(await blob.exists()).toBe(true);
    });

    test("delayMs: the request is carried out, only later than one that came after it", async () => {
        const delayMs = 200;
        simulator.faults.add({ blob: "a", delayMs });
        const sent = performance.now();
        const [a, b] = await Promise.all(
            ["a", "b"].map((name) => get(name).then(({ status }) => ({ status, took: performance.now() - sent }))),
        );
        // A busy machine takes longer, never less. (A timer may fire a millisecond early.)
        expect(a!.took).toBeGreaterThanOrEqual(delayMs - 1);
        expect([a!.status, b!.status]).toEqual([200, 200]);
    });

    test("an SDK client retries over them", async () => {
        simulator.faults.add({ operation: "Get Blob Properties", status: 500, times: 2 });
        const patient = new BlobServiceClient(
            golden.blobEndpoint,
            new StorageSharedKeyCredential(golden.name, golden.key),
            { retryOptions: { maxTries: 3, retryDelayInMs: 1, maxRetryDelayInMs: 2 } },
        );
        const got = await patient.getContainerClient("images").getBlobClient("a").getProperties();
        expect(got.contentLength).toBe(5);
        expect(simulator.requests.of("Get Blob Properties").map((request) => request.status)).toEqual([500, 500, 200]);
    });
});

describe("the request log", () => {
    test("has every request in order, by the operation's name in the REST reference", async () => {
        const blob = serviceClient(golden).getContainerClient("images").getBlockBlobClient("new");
        await blob.upload("hello", 5, { metadata: { a: "b" } });
        await blob.download();
        await failure(blob.setAccessTier("P10"));
        expect([...simulator.requests].map(({ operation, status }) => [operation, status])).toEqual([
            ["Put Blob", 201],
            ["Get Blob", 200],
            ["Set Blob Tier", 400],
        ]);
        const [put, read, tier] = simulator.requests.all();
        expect(put).toMatchObject({ method: "PUT", account: "golden", container: "images", blob: "new", bytesIn: 5 });
        expect(put?.headers["x-ms-meta-a"]).toBe("b");
        expect(put?.headers.authorization).toBe("SharedKey REDACTED");
        expect(read?.bytesOut).toBe(5);
        expect(tier).toMatchObject({ errorCode: "InvalidHeaderValue", query: "comp=tier" });
        expect([simulator.requests.count("Get Blob"), simulator.requests.count()]).toEqual([1, 3]);
        simulator.requests.clear();
        expect(simulator.requests.count()).toBe(0);
    });

    test("keeps no more than it is told to", async () => {
        const simulated = await simulate({ keepRequests: 3 });
        for (let i = 0; i < 10; i++) {
            await raw(simulated.golden, `/images/${i}`);
        }
        expect(simulated.simulator.requests.all().map((request) => request.blob)).toEqual(["7", "8", "9"]);
    });
});

describe("startSimulator", () => {
    test.each([
        [[], "a simulator needs at least one account"],
        [[{ name: "UPPER" }], 'account name must be 3 to 24 lower-case letters and digits, got "UPPER"'],
        [[{ name: "twice" }, { name: "twice" }], 'account "twice" is given twice'],
        [[{ name: "golden", key: "no base64!" }], "account key must be Base64"],
    ])("fails for accounts %j", async (accounts, message) => {
        await expect(startSimulator({ accounts })).rejects.toThrow(message);
    });

    test("an account that isn't there is named, with those that are", async () => {
        expect(() => simulator.account("nobody")).toThrow('no simulated account "nobody", there are: golden, dev');
        expect(() => golden.putBlob("nothing", "a", "x")).toThrow('account "golden" has no container "nothing"');
    });

    test("a connection string leads any client to the account", async () => {
        const client = BlobServiceClient.fromConnectionString(golden.connectionString);
        expect((await client.getContainerClient("images").getBlobClient("a").downloadToBuffer()).toString()).toBe(
            "hello",
        );
    });
});
