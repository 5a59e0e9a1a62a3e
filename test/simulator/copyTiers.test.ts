import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type AccountHandle, type ManualClock, startSimulator } from "../../simulator";
import { blobOf, copy, outcome, sasUrl } from "./support/copies";
import { elementText } from "./support/raw";
import { failure, simulate } from "./support/simulate";

// The titles in quotation marks are the sentences of the REST reference.

let golden: AccountHandle;
let clock: ManualClock;

beforeEach(async () => {
    ({ golden, clock } = await simulate());
    golden.createContainer("images");
});

const url = (name: string) => `${golden.blobEndpoint}/images/${name}`;
const at = (name: string) => blobOf(golden, `/images/${name}`);
const put = (name: string, content = "hello", options = {}) => golden.putBlob("images", name, content, options);
const copyTo = (name: string, source: string, headers = {}) => copy(golden, `/images/${name}`, source, headers);

describe("types, tiers and seals", () => {
    test("'If the destination blob already exists, it must be of the same blob type as the source blob'", async () => {
        put("block");
        golden.putBlob("images", "disk", Buffer.alloc(512), { blobType: "PageBlob" });
        put("log", "x", { blobType: "AppendBlob" });
        expect(outcome(await copyTo("disk", url("block")))).toEqual([409, "InvalidBlobType"]);
        expect(outcome(await copyTo("block", url("log")))).toEqual([409, "InvalidBlobType"]);
    });

    test("a wrong tier is 400 InvalidHeaderValue and names the header", async () => {
        put("source");
        const answer = await copyTo("copy", url("source"), { "x-ms-access-tier": "P20" });
        expect(outcome(answer)).toEqual([400, "InvalidHeaderValue"]);
        expect([elementText(answer, "HeaderName"), elementText(answer, "HeaderValue")]).toEqual([
            "x-ms-access-tier",
            "P20",
        ]);
    });

    test("Cold 'is supported for version 2021-12-02 and later'", async () => {
        put("source");
        const cold = (version: string) =>
            copyTo("copy", url("source"), { "x-ms-access-tier": "Cold", "x-ms-version": version });
        expect((await cold("2021-10-04")).status).toBe(400);
        expect((await cold("2021-12-02")).status).toBe(202);
    });

    test("'overwriting the destination blob will inherit the hot or cool tier from the destination'", async () => {
        put("source", "x", { accessTier: "Hot" });
        put("copy", "y", { accessTier: "Cool" });
        await copyTo("copy", url("source"));
        expect((await at("copy").getProperties()).accessTier).toBe("Cool");
        await copyTo("fresh", url("copy"));
        expect(await at("fresh").getProperties()).toMatchObject({ accessTier: "Hot", accessTierInferred: true });
    });

    test("'The tier is inherited for premium storage tiers'", async () => {
        const { golden: premium } = await simulate({
            accounts: [{ name: "golden", sku: "Premium_LRS" }, { name: "dev" }],
        });
        premium.createContainer("images");
        const disk = { blobType: "PageBlob", accessTier: "P20" } as const;
        premium.putBlob("images", "source", Buffer.alloc(512, 1), { blobType: "PageBlob" });
        premium.putBlob("images", "copy", Buffer.alloc(512), disk);
        expect((await copy(premium, "/images/copy", `${premium.blobEndpoint}/images/source`)).status).toBe(202);
        expect((await blobOf(premium, "/images/copy").getProperties()).accessTier).toBe("P20");
    });

    test("'Overwriting an archived blob will fail'", async () => {
        put("source");
        put("copy", "y", { accessTier: "Archive" });
        expect(outcome(await copyTo("copy", url("source")))).toEqual([409, "BlobArchived"]);
    });

    test("an online source may be copied into the archive", async () => {
        put("source");
        expect((await copyTo("copy", url("source"), { "x-ms-access-tier": "Archive" })).status).toBe(202);
        expect((await at("copy").getProperties()).accessTier).toBe("Archive");
    });

    test("'When the source blob is an archived blob, the request must contain the x-ms-access-tier header'", async () => {
        put("source", "x", { accessTier: "Archive" });
        expect(outcome(await copyTo("copy", url("source")))).toEqual([409, "BlobArchived"]);
        const archive = { "x-ms-access-tier": "Archive" };
        expect(outcome(await copyTo("copy", url("source"), archive))).toEqual([409, "BlobArchived"]);
        expect(outcome(await copyTo("source", url("source"), { "x-ms-access-tier": "Hot" }))[0]).toBe(409);
    });

    test("a copy of an archived blob says success at once, though it is only being rehydrated", async () => {
        put("source", "hello", { accessTier: "Archive" });
        const headers = { "x-ms-access-tier": "Cool", "x-ms-rehydrate-priority": "High" };
        const answer = await copyTo("copy", url("source"), headers);
        expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "success"]);
        expect(await at("copy").getProperties()).toMatchObject({
            copyStatus: "success",
            copyStatusDescription: "pending",
            copyProgress: "5/5",
            accessTier: "Archive",
            archiveStatus: "rehydrate-pending-to-cool",
            rehydratePriority: "High",
        });
        clock.advance(3600_000);
        const done = await at("copy").getProperties();
        expect([done.accessTier, done.archiveStatus, done.copyStatusDescription]).toEqual([
            "Cool",
            undefined,
            undefined,
        ]);
        expect((await at("copy").downloadToBuffer()).toString()).toBe("hello");
        expect((await at("source").getProperties()).accessTier).toBe("Archive");
    });

    test("an archived blob is copied to another account only within a region", async () => {
        const accounts = [
            { name: "golden", region: "westeurope" },
            { name: "near", region: "westeurope" },
            { name: "far", region: "northeurope" },
        ];
        const simulator = await startSimulator({ accounts });
        onTestFinished(() => simulator.close());
        const source = simulator.account("golden");
        source.createContainer("images");
        source.putBlob("images", "cold", "x", { accessTier: "Archive" });
        const from = await sasUrl(blobOf(source, "/images/cold"));
        const to = (name: string) => {
            simulator.account(name).createContainer("images");
            return copy(simulator.account(name), "/images/copy", from, { "x-ms-access-tier": "Hot" });
        };
        expect((await to("near")).status).toBe(202);
        expect(outcome(await to("far"))).toEqual([409, "CannotVerifyCopySource"]);
    });

    test("x-ms-seal-blob 'is valid for append blobs only' and 'seals the destination blob'", async () => {
        put("log", "x", { blobType: "AppendBlob" });
        put("block");
        expect((await copyTo("sealed", url("log"), { "x-ms-seal-blob": "true" })).status).toBe(202);
        expect((await at("sealed").getProperties()).isSealed).toBe(true);
        const append = at("sealed").getAppendBlobClient().appendBlock("y", 1);
        expect(await failure(append)).toEqual({ status: 409, code: "BlobIsSealed" });
        expect(outcome(await copyTo("copy", url("block"), { "x-ms-seal-blob": "true" }))).toEqual([
            400,
            "InvalidHeaderValue",
        ]);
    });
});
