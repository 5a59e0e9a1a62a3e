// Keys and signatures are nowhere in plain text: not in the state, not in what the CLI prints, not in its events, not in outputs.

import { afterEach, beforeEach, expect, it, onTestFinished } from "vitest";
import { cpkInfo } from "../../src/storage/encryption";
import { type Operation, type Program, type TestStack, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

/** Runs a resource through success, no change, failure, timeout, refresh and delete, and hands every word of it to `see`. */
async function everyMoment(program: Program, test: (words: string, state: string) => void): Promise<void> {
    await withStack(program, async (stack: TestStack) => {
        const words: string[] = [];
        const states: string[] = [];
        const note = (operation: Operation) => {
            words.push(operation.transcript, JSON.stringify(operation.outputs));
            states.push(stack.onDisk());
        };
        note(await stack.preview());
        note(await stack.up());
        note(await stack.up());
        note(await stack.refresh());
        const rule = storage.simulator.copies.add({ seconds: 1, fail: "500 InternalServerError" });
        storage.simulator.account("golden").putBlob("images", "orders.bak", "newer");
        note(await stack.up());
        rule.remove();
        const fault = storage.simulator.faults.add({
            operation: "Get Blob Properties",
            account: "dev",
            status: 403,
            errorCode: "AuthorizationFailure",
        });
        note(await stack.refresh());
        fault.remove();
        storage.simulator.copies.add({ seconds: 60 });
        note(await stack.up());
        note(await stack.destroy());
        expect(words.join()).toContain("ended as failed");
        expect(words.join()).toContain("403 AuthorizationFailure");
        expect(words.join()).toContain("still pending at its timeout");
        test(words.join("\n"), states.join("\n"));
    });
}

it.each(["connectionString", "accountKey"] as const)("hides a plain %s, from success to failure", async (kind) => {
    const end = (account: "golden" | "dev", containerName: string) => {
        const { key, blobEndpoint, connectionString } = storage.simulator.account(account);
        const credential = kind === "accountKey" ? { accountKey: key, endpoint: blobEndpoint } : { connectionString };
        return { ...credential, containerName, blobName: "orders.bak" };
    };
    const program: Program = ({ copy }) => {
        const seed = new copy.BlobCopy("seed", {
            source: end("golden", "images"),
            destination: end("dev", "seed"),
            timeout: "3s",
            method: "copyBlob",
        });
        return { url: seed.url, source: seed.sourceUrl };
    };
    await everyMoment(program, (words, state) => {
        for (const account of ["golden", "dev"]) {
            const { key } = storage.simulator.account(account);
            expect(words).not.toContain(key);
            expect(state).not.toContain(key);
        }
        // The SAS that was made for the service to read the source was never written anywhere.
        expect(words).not.toContain("sig=");
        expect(state).not.toContain("sig=");
        expect(state).toContain("ciphertext");
    });
});

it("hides the key of a location that check refuses", async () => {
    const { key } = storage.simulator.account("golden");
    const program: Program = ({ copy }) => {
        const source = { accountKey: key, containerName: "images", blobName: "orders.bak" };
        new copy.BlobCopy("seed", { source, destination: storage.inputs.destination as never });
        return undefined;
    };
    await withStack(program, async ({ preview }) => {
        const { transcript, error } = await preview();
        expect(error).toBeDefined();
        expect(transcript).toContain("source lacks the storage account");
        expect(transcript).not.toContain(key);
    });
});

it("hides plain customer-provided keys, and uses them from the state", async () => {
    const https = await startStorage({ realTime: true, https: true });
    onTestFinished(() => https.close());
    trustCertificate();
    const key = Buffer.alloc(32, 1).toString("base64");
    const rotated = Buffer.alloc(32, 2).toString("base64");
    const sourceKey = Buffer.alloc(32, 3).toString("base64");
    await https.blob("golden").upload("secret", 6, { customerProvidedKey: cpkInfo(sourceKey) });
    let customerProvidedKey = key;
    const program: Program = ({ copy }) => {
        const { source, destination } = https.inputs as { source: never; destination: never };
        const keys = { customerProvidedKey, sourceCustomerProvidedKey: sourceKey };
        const seed = new copy.BlobCopy("seed", { source, destination, ...keys });
        return { url: seed.url, etag: seed.etag };
    };
    await withStack(program, async ({ preview, up, refresh, destroy, onDisk, resources }) => {
        const words: string[] = [];
        const states: string[] = [];
        const run = async (operation: () => Promise<Operation>) => {
            const done = await operation();
            words.push(done.transcript, JSON.stringify(done.outputs));
            states.push(onDisk());
            return done;
        };
        await run(preview);
        expect((await run(up)).error).toBeUndefined();
        const written = await https.blob("dev").getProperties({ customerProvidedKey: cpkInfo(key) });
        expect(written.contentLength).toBe(6);
        expect((await run(refresh)).error).toBeUndefined();
        expect((await run(up)).steps).toEqual({ seed: ["same"] });
        customerProvidedKey = "too short";
        expect((await run(up)).error).toContain("customerProvidedKey must be an AES-256 key");
        customerProvidedKey = rotated;
        expect((await run(up)).steps).toEqual({ seed: ["update"] });
        const again = await https.blob("dev").getProperties({ customerProvidedKey: cpkInfo(rotated) });
        expect(again.etag).not.toBe(written.etag);
        const fault = https.simulator.faults.add({ operation: "Get Blob Properties", account: "dev", status: 403 });
        expect((await run(refresh)).error).toBeDefined();
        fault.remove();
        const [resource] = await resources();
        expect(Object.keys(resource!.outputs)).toContain("customerProvidedKey");
        expect((await run(destroy)).error).toBeUndefined();
        await expect(https.blob("dev").exists()).resolves.toBe(false);
        for (const secret of [key, rotated, sourceKey, "too short"]) {
            expect(words.join("\n")).not.toContain(secret);
            expect(states.join("\n")).not.toContain(secret);
        }
    });
});
