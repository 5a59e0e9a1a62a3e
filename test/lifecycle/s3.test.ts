// A source in S3 under the real CLI: without the vendor's library, and with it; and where its keys are to be found afterwards.

import { resolve } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { accessKey, startS3, type TestS3 } from "../helpers/s3";
import { type Program, type TestStack, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";

let storage: TestStorage;
let s3: TestS3;

beforeEach(async () => {
    [storage, s3] = await Promise.all([startStorage({ realTime: true }), startS3()]);
    await s3.put("what Amazon holds");
});

afterEach(async () => {
    vi.unstubAllEnvs();
    await Promise.all([storage.close(), s3.close()]);
});

/** A copy of the object, whose key the program has not marked as secret. */
const program: Program = ({ copy }) => {
    const seed = new copy.BlobCopy("seed", {
        source: { s3: { ...s3.location(), sessionToken: "c2Vzc2lvbiB0b2tlbg==" } },
        destination: storage.inputs.destination as never,
        method: "fromUrl",
    });
    return { url: seed.url, source: seed.sourceUrl };
};

it("fails without the vendor's library, and says what to install", async () => {
    await withStack(program, async ({ preview }) => {
        const { error, transcript } = await preview();
        expect(error).toBeDefined();
        expect(transcript).toContain(
            "source.s3 needs @aws-sdk/client-s3 and @aws-sdk/s3-request-presigner to make a presigned URL; run npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner in the program's folder",
        );
    });
});

it("is copied with the library, and again when it changes, and leaves no key in plain text", async () => {
    // The folder of this project has the library; another installation of everything would take a minute.
    vi.stubEnv("NODE_PATH", resolve(__dirname, "../../node_modules"));
    const words: string[] = [];
    const states: string[] = [];
    await withStack(program, async (stack: TestStack) => {
        for (const step of [stack.preview, stack.up, stack.up, stack.refresh, "change", stack.up] as const) {
            if (step === "change") {
                await s3.put("something newer");
            } else {
                const operation = await step();
                words.push(operation.transcript, JSON.stringify(operation.outputs));
                states.push(stack.onDisk());
                expect(operation.error).toBeUndefined();
            }
        }
        expect(await storage.content("dev")).toBe("something newer");
        await s3.remove();
        words.push((await stack.up()).transcript, (await stack.destroy()).transcript);
    });
    expect(words.join()).toContain("404 NoSuchKey");
    for (const text of [...words, ...states]) {
        for (const secret of [...Object.values(accessKey), "c2Vzc2lvbiB0b2tlbg"]) {
            expect(text).not.toContain(secret);
            expect(text).not.toContain(encodeURIComponent(secret));
        }
        expect(text).not.toMatch(/X-Amz-Signature=[0-9a-f]/);
    }
    expect(states.join()).toContain("ciphertext");
});
