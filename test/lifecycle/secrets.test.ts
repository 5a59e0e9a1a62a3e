// Keys and signatures are nowhere in plain text: not in the state, not in what the CLI prints, not in its events, not in outputs.

import { afterEach, beforeEach, expect, it } from "vitest";
import { type Operation, type Program, type TestStack, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";

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
