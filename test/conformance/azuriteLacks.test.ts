// What Azurite lacks of what the lifecycle tests ask for: tests that need it run on the simulated accounts alone, all others on both servers
// (test/helpers/servers.ts). A lack that is gone fails here, and its tests can move to test/lifecycle/blobCopy.test.ts.
// Nobody needs to ask for faults on demand, which Azurite has not either; and what no service answers (mistakes that check
// finds, mocks, states of older versions) needs no second server.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { BlobSASPermissions } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSimulator } from "../../simulator";
import { type ServerStorage, startAzuriteStorage } from "../helpers/servers";

let azurite: ServerStorage;

beforeAll(async () => {
    azurite = await startAzuriteStorage();
});

afterAll(async () => {
    await azurite.close();
});

interface Lack {
    readonly what: string;
    /** What Azurite answers: not what the service does. */
    readonly answer: string;
    /** Gives the answer, or throws what the SDK makes of a refusal. */
    ask(): Promise<string | undefined>;
    /** The tests that need it, on the simulated accounts. */
    readonly tests: readonly string[];
}

const notImplemented = "501 APINotImplemented";

/** The source's URL with a SAS to read it. */
const readable = () =>
    azurite.blob("golden").generateSasUrl({
        permissions: BlobSASPermissions.parse("r"),
        expiresOn: new Date(Date.now() + 3_600_000),
    });

/** Asks for a copy, and gives the status in the service's answer. */
async function startCopy(source: string): Promise<string | undefined> {
    const poller = await azurite.blob("dev").beginCopyFromURL(source);
    return poller.getOperationState().result?.copyStatus;
}

const lacks: readonly Lack[] = [
    {
        what: "Put Blob From URL",
        answer: notImplemented,
        ask: async () => (await azurite.blob("dev").syncUploadFromURL(await readable())).etag,
        tests: ["lifecycle/fromUrl.test.ts", "copy/putBlob.test.ts"],
    },
    {
        what: "Put Page From URL",
        answer: notImplemented,
        async ask() {
            const blob = azurite.container("dev").getPageBlobClient("disk.vhd");
            await blob.create(512);
            return (await blob.uploadPagesFromURL(await readable(), 0, 0, 512)).etag;
        },
        tests: ["copy/pages.test.ts"],
    },
    {
        what: "Append Block From URL",
        answer: notImplemented,
        async ask() {
            const blob = azurite.container("dev").getAppendBlobClient("audit.log");
            await blob.create();
            return (await blob.appendBlockFromURL(await readable(), 0, 1)).etag;
        },
        tests: ["copy/append.test.ts"],
    },
    {
        what: "copies between accounts that take time, and so timeouts, failures, progress, and copies to carry on with",
        answer: "success",
        ask: async () => startCopy(await readable()),
        tests: ["lifecycle/simulated.test.ts", "lifecycle/interruption.test.ts", "lifecycle/secrets.test.ts"],
    },
    {
        what: "copies from anywhere but itself",
        answer: "404 CannotVerifyCopySource",
        async ask() {
            const elsewhere = await startSimulator({ accounts: [{ name: "open", allowBlobPublicAccess: true }] });
            try {
                const open = elsewhere.account("open");
                open.createContainer("public", { publicAccess: "blob" });
                open.putBlob("public", "orders.bak", "public");
                return await startCopy(`${open.blobEndpoint}/public/orders.bak`);
            } finally {
                await elsewhere.close();
            }
        },
        tests: ["provider/blobCopy.test.ts"],
    },
    {
        what: "a copy of an archived blob that is not online yet",
        answer: "Hot, online",
        async ask() {
            const archived = azurite.blob("dev", "archived");
            await archived.upload("old", 3, { tier: "Archive" });
            const online = azurite.blob("dev", "online");
            await online.beginCopyFromURL(archived.url, { tier: "Hot" });
            const { accessTier, archiveStatus } = await online.getProperties();
            return `${accessTier}, ${archiveStatus ?? "online"}`;
        },
        tests: ["lifecycle/examples.test.ts", "provider/headers.test.ts"],
    },
    {
        what: "legal holds",
        answer: notImplemented,
        ask: async () => (await azurite.blob("golden").setLegalHold(true)).requestId,
        tests: ["provider/headers.test.ts"],
    },
    {
        what: "immutability policies",
        answer: notImplemented,
        async ask() {
            const expiriesOn = new Date(Date.now() + 3_600_000);
            const policy = { expiriesOn, policyMode: "Unlocked" } as const;
            return (await azurite.blob("golden").setImmutabilityPolicy(policy)).requestId;
        },
        tests: ["provider/headers.test.ts"],
    },
];

it.each(lacks)("Azurite lacks $what: $answer", async ({ ask, answer, tests }) => {
    const answered = await ask().catch(({ statusCode, code }) => `${statusCode} ${code}`);
    expect(answered).toBe(answer);
    for (const test of tests) {
        expect(existsSync(resolve(__dirname, "..", test)), `test/${test} exists`).toBe(true);
    }
});
