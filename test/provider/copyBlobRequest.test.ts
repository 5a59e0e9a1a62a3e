// What Copy Blob is asked with, header by header as its reference names them, and what of its answer is told.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LoggedRequest } from "../../simulator";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const up = (change: Partial<BlobCopyInputs> = {}, state?: BlobCopyState) =>
    upOnce(storage, state, { ...storage.inputs, ...change });

/** The last Copy Blob's headers. */
const headers = (): LoggedRequest["headers"] => storage.simulator.requests.of("Copy Blob").at(-1)!.headers;

const destination = () => storage.blob("dev").getProperties();
/** In whole seconds, as headers carry them. */
const inDays = (days: number) => new Date(Math.ceil(storage.clock.now() / 1_000) * 1_000 + days * 86_400_000);

describe("the request of Copy Blob", () => {
    it("says who asks, when, by which version, and by an ID of its own", async () => {
        await up();
        expect(headers()).toMatchObject({
            authorization: "SharedKey REDACTED",
            "x-ms-date": expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/),
            "x-ms-version": expect.stringMatching(/^20(2[6-9]|[3-9]\d)-\d\d-\d\d$/),
            "x-ms-client-request-id": expect.stringMatching(/^[\x21-\x7e]{1,1024}$/),
        });
        expect(storage.simulator.requests.of("Copy Blob")[0]!.query).not.toContain("timeout");
    });

    it("pins the source's ETag, wants the name free, and names nothing that was not asked for", async () => {
        await up();
        const { etag } = await storage.blob("golden").getProperties();
        const copySource = new URL(headers()["x-ms-copy-source"]!);
        expect(copySource.origin + copySource.pathname).toBe(storage.blob("golden").url);
        expect(copySource.searchParams.get("sp")).toBe("r");
        expect(headers()).toMatchObject({ "x-ms-source-if-match": etag, "if-none-match": "*" });
        const optional =
            /^x-ms-(meta-|tags|access-tier|rehydrate|seal|immutability|legal|lease|if-tags|source-if-[^m])/;
        expect(Object.keys(headers()).filter((name) => optional.test(name))).toEqual([]);
    });

    it("has every property by its header", async () => {
        const until = inDays(30);
        await up({
            metadata: { owner: "infra", stage: "dev" },
            tags: { env: "dev", "cost centre": "a/b=c" },
            accessTier: "Cold",
            rehydratePriority: "High",
            immutabilityPolicy: { expiriesOn: until.toISOString(), policyMode: "Locked" },
            legalHold: true,
        });
        expect(headers()).toMatchObject({
            "x-ms-meta-owner": "infra",
            "x-ms-meta-stage": "dev",
            "x-ms-access-tier": "Cold",
            "x-ms-rehydrate-priority": "High",
            "x-ms-immutability-policy-until-date": until.toUTCString(), // RFC 1123
            "x-ms-immutability-policy-mode": expect.stringMatching(/^locked$/i),
            "x-ms-legal-hold": "true",
        });
        expect(Object.fromEntries(new URLSearchParams(headers()["x-ms-tags"]))).toEqual({
            env: "dev",
            "cost centre": "a/b=c",
        });
        const there = await destination();
        expect(there).toMatchObject({
            metadata: { owner: "infra", stage: "dev" },
            accessTier: "Cold",
            legalHold: true,
        });
        expect(there.immutabilityPolicyMode?.toLowerCase()).toBe("locked");
        expect((await storage.blob("dev").getTags()).tags).toEqual({ env: "dev", "cost centre": "a/b=c" });
    });

    it("seals an append blob, or says not to", async () => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", "lines", { blobType: "AppendBlob" });
        await up({ sealBlob: true });
        expect(headers()["x-ms-seal-blob"]).toBe("true");
        const other = { ...storage.inputs.destination, blobName: "open.log" };
        await up({ sealBlob: false, destination: other });
        expect(headers()["x-ms-seal-blob"]).toBe("false");
    });

    it("names the lease, the ETag and the tags of what it overwrites", async () => {
        const blob = storage.blob("dev");
        await blob.upload("old", 3, { tags: { env: "dev" } });
        const leaseId = "8a1b2c3d-0000-4000-8000-1234567890ab";
        await blob.getBlobLeaseClient(leaseId).acquireLease(-1);
        const { etag } = await destination();
        const tagConditions = "\"env\" = 'dev'";
        await up({ overwrite: "always", conditions: { leaseId, tagConditions } });
        expect(headers()).toMatchObject({ "x-ms-lease-id": leaseId, "if-match": etag, "x-ms-if-tags": tagConditions });
        expect(headers()).not.toHaveProperty("if-none-match");
    });

    it("never names a lease of the source, which newer versions do not take", async () => {
        await up({ leaseSource: true });
        expect(headers()).not.toHaveProperty("x-ms-source-lease-id");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it.each<[string, () => object, () => object]>([
        [
            "ETags and dates that it must have",
            () => ({ ifMatch: "*", ifUnmodifiedSince: inDays(1).toISOString() }),
            () => ({ "x-ms-source-if-match": "*", "x-ms-source-if-unmodified-since": inDays(1).toUTCString() }),
        ],
        [
            "ETags and dates that it must not have",
            () => ({ ifNoneMatch: '"0x8DC0123456789AB"', ifModifiedSince: inDays(-1).toISOString() }),
            () => ({
                "x-ms-source-if-none-match": '"0x8DC0123456789AB"',
                "x-ms-source-if-modified-since": inDays(-1).toUTCString(),
            }),
        ],
        ["tags", () => ({ tagConditions: "\"env\" = 'prod'" }), () => ({ "x-ms-source-if-tags": "\"env\" = 'prod'" })],
    ])("leaves the conditions of a source that this machine can't read to the service: %s", async (_, given, sent) => {
        storage.hideSource();
        await storage.blob("golden").setTags({ env: "prod" });
        const [sourceConditions, expected] = [given(), sent()];
        await up({ sourceConditions });
        expect(headers()).toMatchObject(expected);
        const permissions = new URL(headers()["x-ms-copy-source"]!).searchParams.get("sp");
        expect(permissions).toBe("tagConditions" in sourceConditions ? "rt" : "r");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("says which conditions the service does not compare together", async () => {
        storage.hideSource();
        const sourceConditions = { ifMatch: "*", ifModifiedSince: inDays(-1).toISOString() };
        await expect(up({ sourceConditions })).rejects.toThrow(
            /400 MultipleConditionHeadersNotSupported.*ifNoneMatch with ifModifiedSince/,
        );
    });

    it.each([
        ["ifModifiedSince", () => inDays(1).toISOString()],
        ["ifUnmodifiedSince", () => inDays(-1).toISOString()],
        ["ifMatch", () => '"0x8DC0123456789AB"'],
    ])("fails by the service's answer where such a source does not meet %s", async (name, value) => {
        storage.hideSource();
        await expect(up({ sourceConditions: { [name]: value() } })).rejects.toThrow(
            /could not copy .*whose source does not meet sourceConditions.*412 SourceConditionNotMet.*request ID/,
        );
        const refused = storage.simulator.requests.of("Copy Blob").map(({ status, errorCode }) => [status, errorCode]);
        expect(refused).toEqual([[412, "SourceConditionNotMet"]]);
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

describe("the answer of Copy Blob", () => {
    it("is told by the outputs: ETag, Last-Modified, copy ID and status as they are at the end", async () => {
        const state = await up();
        const there = await destination();
        expect(state).toMatchObject({
            etag: there.etag,
            lastModified: there.lastModified!.toISOString(),
            copyId: there.copyId,
            copyStatus: "success",
            copyCompletedOn: there.copyCompletedOn!.toISOString(),
            sourceUrl: storage.blob("golden").url,
        });
        expect(state.versionId).toBeUndefined();
    });

    it.each([
        [400, "InvalidHeaderValue"],
        [403, "AuthorizationFailure"],
        [412, "LeaseIdMissing"],
    ])("fails with %i %s at once", async (status, errorCode) => {
        storage.simulator.faults.add({ operation: "Copy Blob", status, errorCode });
        await expect(up()).rejects.toThrow(new RegExp(`${status} ${errorCode}.*request ID [0-9a-f-]{36}`));
        expect(storage.simulator.requests.count("Copy Blob")).toBe(1);
    });

    it.each([500, 503])(
        "is asked for again where it is %i, and the error told where that does not pass",
        async (status) => {
            storage.simulator.faults.add({ operation: "Copy Blob", status, times: 2 });
            expect((await up()).copyStatus).toBe("success");
            storage.simulator.faults.add({ operation: "Copy Blob", status });
            const other = { ...storage.inputs.destination, blobName: "other.bak" };
            await expect(up({ destination: other })).rejects.toThrow(
                new RegExp(`could not copy .*${status}.*request ID`),
            );
            expect(storage.simulator.requests.count("Copy Blob")).toBeGreaterThan(1);
            expect(await storage.blob("dev", "other.bak").exists()).toBe(false);
        },
    );
});
