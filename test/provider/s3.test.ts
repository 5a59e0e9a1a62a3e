import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import type { S3Location } from "../../src/storage/location";
import { accessKey, startS3, type TestS3 } from "../helpers/s3";
import { startStorage, type TestStorage } from "../helpers/storage";
import { upOnce, writesOf } from "../helpers/up";

const MIB = 1024 * 1024;
const methods = ["copyBlob", "fromUrl"] as const;
let storage: TestStorage;
let s3: TestS3;

beforeEach(async () => {
    [storage, s3] = await Promise.all([startStorage({ copySeconds: 10 }), startS3()]);
    await s3.put("what Amazon holds", {
        ContentType: "text/plain",
        Metadata: { origin: "aws", "not-an-identifier": "x" },
    });
});

afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all([storage.close(), s3.close()]);
});

const inputs = (change: Partial<BlobCopyInputs> = {}, location: Partial<S3Location> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    source: { s3: s3.location(location) },
    ...change,
});

const up = (
    state: BlobCopyState | undefined,
    change: Partial<BlobCopyInputs> = {},
    location: Partial<S3Location> = {},
) => upOnce(storage, state, inputs(change, location));

const destination = () => storage.blob("dev").getProperties();

/** The presigned URLs by which the service itself has read; the client's own last 15 minutes. */
const readsOfService = () => s3.reads().filter((url) => url.searchParams.get("X-Amz-Expires") !== "900");

/** Nothing of a key or a signature. */
function expectNoSecret(text: string): void {
    expect(text).not.toContain(accessKey.secretAccessKey);
    expect(text).not.toMatch(/X-Amz-(?:Signature|Credential)=(?!REDACTED)/);
}

describe.each(methods)("an object of Amazon S3, by %s", (method) => {
    it("is copied by a presigned URL, with what it has", async () => {
        const state = await up(undefined, { method });
        expect(await storage.content("dev")).toBe("what Amazon holds");
        expect((await destination()).contentType).toBe("text/plain");
        expect(state).toMatchObject({ copyStatus: "success", sourceEtag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
        const { source: _, destination: __, ...rest } = state;
        expectNoSecret(JSON.stringify(rest));
        const [read] = readsOfService();
        expect(read!.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
        expect(read!.pathname).toBe("/backups/2026/orders%20%281%29%2B%C3%A9.bak");
    });

    it("is left alone while it stays as it is, copied again when it changes, and deleted", async () => {
        const first = await up(undefined, { method });
        expect(await up(first, { method })).toBe(first);
        const refreshed = (await handler.read(first.url, first, storage.context))!;
        expect(await up(refreshed, { method })).toBe(refreshed);
        await s3.put("something newer");
        const second = await up(refreshed, { method });
        expect(await storage.content("dev")).toBe("something newer");
        expect(second.sourceEtag).not.toBe(first.sourceEtag);
        await handler.delete(second, storage.context);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("is not copied again with another key", async () => {
        const first = await up(undefined, { method });
        const { accessKeyId: _, secretAccessKey: __, ...rest } = s3.location();
        vi.stubEnv("AWS_ACCESS_KEY_ID", accessKey.accessKeyId);
        vi.stubEnv("AWS_SECRET_ACCESS_KEY", accessKey.secretAccessKey);
        const second = await up(first, { method, source: { s3: rest } });
        expect(writesOf(storage)).toEqual([]);
        expect(second.source).toEqual({ s3: rest });
    });

    it("fails where it does not exist, before anything is written", async () => {
        await s3.remove();
        await expect(handler.create(inputs({ method }), storage.context)).rejects.toThrow(
            /could not read the source http:\/\/127\.0\.0\.1:\d+\/backups\/2026\/orders%20.*: 404 NoSuchKey: The specified key does not exist; check the object's name/,
        );
        expect(writesOf(storage)).toEqual([]);
    });

    it("fails with a wrong key, in S3's words and without it", async () => {
        const wrong = { accessKeyId: accessKey.accessKeyId, secretAccessKey: `${accessKey.secretAccessKey}x` };
        const { failures } = await handler.check({}, inputs({ method }, wrong), storage.context);
        expect(failures).toEqual([]); // a preview may run where the source can't be read
        expect(storage.warnings.join()).toMatch(
            /403 SignatureDoesNotMatch.*check the secret key; the copy itself will tell/,
        );
        const error = await handler.create(inputs({ method }, wrong), storage.context).catch((thrown) => thrown);
        expect(error.message).toMatch(/403|SignatureDoesNotMatch/);
        expectNoSecret(`${error.message} ${storage.warnings}`);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
    });

    it("fails with a session token that makes the URL too long for the service", async () => {
        const sessionToken = randomBytes(1_400).toString("base64");
        const error = await handler
            .create(inputs({ method }, { sessionToken }), storage.context)
            .catch((thrown) => thrown);
        expect(error.message).toMatch(
            /its presigned URL has \d{4} bytes, and Azure Storage takes 2048 at most; the session token/,
        );
        expect(error.message).not.toContain(sessionToken.slice(0, 20));
        expect(writesOf(storage)).toEqual([]);
    });

    it("is not looked at again where a version of it is named", async () => {
        const version = { versionId: "3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY+MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo" };
        const first = await up(undefined, { method }, version);
        expect(readsOfService()[0]!.searchParams.get("versionId")).toBe(version.versionId);
        expect(await up(first, { method }, version)).toBe(first);
        expect(s3.reads()).toEqual([]);
        expect(first.sourceUrl).toContain("?versionId=3%2FL4kqtJlcpX");
        const { versionId: _, ...without } = { ...s3.location(version) };
        expect(handler.diff(first, { ...inputs({ method }), source: { s3: without } }).changes).toBe(true);
    });
});

describe("a presigned URL", () => {
    it("lasts as long as the copy may, and a week at most", async () => {
        await up(undefined, { timeout: "1h" });
        expect(readsOfService().map((url) => url.searchParams.get("X-Amz-Expires"))).toEqual([String(25 * 3_600)]);
        await storage.blob("dev").delete();
        await up(undefined, { timeout: "7d" });
        expect(readsOfService().map((url) => url.searchParams.get("X-Amz-Expires"))).toEqual([String(7 * 86_400)]);
    });

    it("is made for the bucket's own region, which S3 tells", async () => {
        let refused = 0;
        s3.intercept((request, response) => {
            const region = new URL(request.url!, s3.endpoint).searchParams.get("X-Amz-Credential")?.split("/")[2];
            if (region === undefined || region === "eu-west-1") {
                return false;
            }
            refused++;
            response.writeHead(301, { "x-amz-bucket-region": "eu-west-1", "Content-Type": "application/xml" });
            response.end("<Error><Code>PermanentRedirect</Code><Message>use another endpoint</Message></Error>");
            return true;
        });
        vi.stubEnv("AWS_REGION", "us-west-2");
        const { region: _, ...source } = s3.location();
        // The second time nothing but the copy is read: the region is known.
        const first = await up(undefined, { source: { s3: source } });
        await s3.put("something newer");
        await up(first, { source: { s3: source } });
        expect(refused).toBe(1);
        expect(await storage.content("dev")).toBe("something newer");
    });

    it("is made with the AWS SDK's default credentials, for a plain s3:// URI", async () => {
        vi.stubEnv("AWS_ACCESS_KEY_ID", accessKey.accessKeyId);
        vi.stubEnv("AWS_SECRET_ACCESS_KEY", accessKey.secretAccessKey);
        vi.stubEnv("AWS_REGION", "us-east-1");
        vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.endpoint);
        const state = await up(undefined, { method: "fromUrl", source: { url: "s3://backups/2026/orders (1)+é.bak" } });
        expect(await storage.content("dev")).toBe("what Amazon holds");
        expect(state.sourceUrl).toBe("s3://backups/2026/orders%20(1)+%C3%A9.bak");
    });

    it("fails to be made without any credentials, and says which to give", async () => {
        for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"]) {
            vi.stubEnv(name, undefined);
        }
        vi.stubEnv("HOME", "/nonexistent");
        vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
        const { accessKeyId: _, secretAccessKey: __, ...source } = s3.location({ region: "ap-south-1" });
        await expect(handler.create(inputs({ source: { s3: source } }), storage.context)).rejects.toThrow(
            /could not make a presigned URL of Amazon S3 .*Could not load credentials.*give source\.s3\.accessKeyId/,
        );
    });
});

describe("metadata of an object", () => {
    it("comes along by fromUrl, as far as a blob can have it", async () => {
        await up(undefined, { method: "fromUrl" });
        expect((await destination()).metadata).toEqual({ origin: "aws" });
    });
});

describe("an object that changes during its copy", () => {
    const isServices = ({ method, url }: IncomingMessage) => method === "GET" && !url!.includes("X-Amz-Expires=900");

    /** Changes the object in the moment in which the service begins to read it. */
    function changeAtRead(content: string): void {
        let changed = false;
        s3.intercept(async (request) => {
            if (isServices(request) && !changed) {
                changed = true;
                await s3.put(content);
            }
            return false;
        });
    }

    it("leaves the old blob by fromUrl, whose blocks are never committed", async () => {
        const first = await up(undefined, { method: "fromUrl" });
        // Of one length, so that a mixture would not be noticed by its length.
        const contents = [Buffer.alloc(20 * MIB, "one "), Buffer.alloc(20 * MIB, "two ")] as const;
        await s3.put(contents[0]);
        const answered: Promise<unknown>[] = [];
        s3.intercept(async (request, response) => {
            if (isServices(request) && answered.push(once(response, "close")) === 3) {
                await Promise.all(answered.slice(0, 2));
                await s3.put(contents[1]);
            }
            return false;
        });
        await expect(up(first, { method: "fromUrl" })).rejects.toThrow(/source changed during the copy.*its ETag was/);
        expect(answered.length).toBe(3);
        expect(await storage.content("dev")).toBe("what Amazon holds");
        await up(first, { method: "fromUrl" });
        expect((await storage.blob("dev").downloadToBuffer()).equals(contents[1])).toBe(true);
    });

    it("puts the old blob back by copyBlob", async () => {
        const first = await up(undefined);
        await s3.put("a second");
        changeAtRead("a third!");
        const failure = await up(first).catch((thrown) => thrown);
        expect(failure.message).toMatch(/source changed during the copy.*the destination's old content was put back/);
        expect(await storage.content("dev")).toBe("what Amazon holds");
        await up(failure.state);
        expect(await storage.content("dev")).toBe("a third!");
    });

    it("leaves nothing by copyBlob where nothing was", async () => {
        changeAtRead("what Amazon has");
        await expect(up(undefined)).rejects.toThrow(/source changed during the copy.*its blob was removed/);
        await expect(destination()).rejects.toMatchObject({ statusCode: 404 });
        await up(undefined);
        expect(await storage.content("dev")).toBe("what Amazon has");
    });

    /** A run that is killed while its copy is pending, and leaves no record; gives the copy's ID. */
    async function killed(): Promise<string> {
        const stop = new AbortController();
        storage.onProgress(() => stop.abort());
        const { inputs: checked } = await handler.check({}, inputs(), storage.context);
        await expect(handler.create(checked, { ...storage.context, signal: stop.signal })).rejects.toThrow(/stopped/);
        storage.onProgress(() => {});
        return (await destination()).copyId!;
    }

    it("is not taken for what a killed run is copying", async () => {
        changeAtRead("what Amazon sells"); // of the same length
        const pending = await killed();
        const failure = await up(undefined).catch((thrown) => thrown);
        expect(failure.message).toMatch(/source changed during the copy.*last modified/);
        expect((await destination()).copyId).toBe(pending);
        expect((await up(failure.state)).copyId).not.toBe(pending);
    });

    it("is not taken for what a killed run has copied", async () => {
        changeAtRead("what Amazon sells"); // of the same length
        const ended = await killed();
        storage.clock.advance(3_600_000);
        expect((await up(undefined, { overwrite: "always" })).copyId).not.toBe(ended);
    });

    it.each([0, 3_600_000])("is taken for it where it is older than the copy, after %i ms", async (milliseconds) => {
        storage.clock.advance(3_600_000);
        const copyId = await killed();
        storage.clock.advance(milliseconds);
        expect(await up(undefined)).toMatchObject({ copyStatus: "success" });
        expect((await destination()).copyId ?? copyId).toBe(copyId);
        expect(writesOf(storage)).toContain("Set Blob Metadata"); // adopted
    });

    it("is copied as it comes where verify is none", async () => {
        changeAtRead("what Amazon has");
        expect((await up(undefined, { verify: "none" })).copyStatus).toBe("success");
    });
});
