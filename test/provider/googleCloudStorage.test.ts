import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { GoogleCloudStorageLocation } from "../../src/storage/location";
import { serviceAccount, startGoogleCloudStorage, type TestGoogleCloudStorage } from "../helpers/googleCloudStorage";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

let storage: TestStorage;
let google: TestGoogleCloudStorage;

beforeEach(async () => {
    [storage, google] = await Promise.all([startStorage({ copySeconds: 10 }), startGoogleCloudStorage()]);
    google.put("what Google holds");
});

afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all([storage.close(), google.close()]);
});

const inputs = (
    change: Partial<BlobCopyInputs>,
    location: Partial<GoogleCloudStorageLocation> = {},
): BlobCopyInputs => ({
    ...storage.inputs,
    source: { googleCloudStorage: google.location(location) },
    ...change,
});

const up = (
    state: BlobCopyState | undefined,
    change: Partial<BlobCopyInputs>,
    location: Partial<GoogleCloudStorageLocation> = {},
) => upOnce(storage, state, inputs(change, location));

describe.each(["copyBlob", "fromUrl"] as const)("an object of Google Cloud Storage, by %s", (method) => {
    it("is copied by a signed URL, left alone while it stays as it is, and copied again when it changes", async () => {
        const first = await up(undefined, { method, timeout: "7d" });
        expect(await storage.content("dev")).toBe("what Google holds");
        expect((await storage.blob("dev").getProperties()).contentType).toBe("text/plain");
        expect(google.reads().length).toBeGreaterThan(1);
        const { source: _, destination: __, ...rest } = first;
        expect(JSON.stringify(rest)).not.toContain("X-Goog");
        expect(await up(first, { method, timeout: "7d" })).toBe(first);
        google.put("something newer");
        const second = await up(first, { method, timeout: "7d" });
        expect(await storage.content("dev")).toBe("something newer");
        expect(second.sourceEtag).not.toBe(first.sourceEtag);
    });

    it("is read by its generation, and not looked at again", async () => {
        const [generation] = [google.put("an older one"), google.put("a newer one")];
        const first = await up(undefined, { method }, { generation });
        expect(await storage.content("dev")).toBe("an older one");
        google.reads();
        expect(await up(first, { method }, { generation })).toBe(first);
        expect(google.reads()).toEqual([]);
        expect(first.sourceUrl).toContain(`?generation=${generation}`);
    });

    it("fails where it does not exist, before anything is written", async () => {
        google.remove();
        await expect(handler.create(inputs({ method }), storage.context)).rejects.toThrow(
            /404 NoSuchKey.*check the object's name/,
        );
        expect(writesOf(storage)).toEqual([]);
    });

    it("fails with the key of an account that may not, in Google's words and without it", async () => {
        const { credentials } = serviceAccount();
        await handler.check({}, inputs({ method }, { credentials }), storage.context);
        expect(storage.warnings.join()).toMatch(/403 SignatureDoesNotMatch: Access denied/);
        const error = await handler
            .create(inputs({ method }, { credentials }), storage.context)
            .catch((thrown) => thrown);
        expect(error.message).toMatch(/403/);
        expect(`${error.message} ${storage.warnings}`).not.toMatch(/X-Goog|PRIVATE/);
    });

    it("takes its metadata along only by fromUrl", async () => {
        await up(undefined, { method });
        const { metadata } = await storage.blob("dev").getProperties();
        expect(metadata).toEqual(method === "fromUrl" ? { origin: "google" } : {});
    });
});

it("is read with the application default credentials, where none are given", async () => {
    const folder = mkdtempSync(join(tmpdir(), "google-"));
    const keyFile = join(folder, "key.json");
    writeFileSync(keyFile, google.credentials);
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", keyFile);
    await up(undefined, {}, { credentials: undefined });
    expect(await storage.content("dev")).toBe("what Google holds");
    rmSync(folder, { recursive: true });
});

it("fails without credentials, and says which to give", async () => {
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json");
    await expect(handler.create(inputs({}, { credentials: undefined }), storage.context)).rejects.toThrow(
        /could not make a presigned URL of Google Cloud Storage .*a service account must sign/,
    );
});
