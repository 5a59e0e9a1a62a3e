// Sources and destinations under hosts of strangers, under the real Pulumi CLI: a preview, before any policy is asked, and all that comes after it.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { copier, type EntraIdStorage, startEntraIdStorage } from "../helpers/entraId";
import { resolveToThisMachineInProcesses } from "../helpers/hosts";
import { challenge, startLookAlike } from "../helpers/lookAlike";
import { type Program, withStack } from "../helpers/stack";
import { sourceContent } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ realTime: true });
    trustCertificate();
    resolveToThisMachineInProcesses();
    const principal = storage.principal(copier);
    for (const [name, value] of Object.entries(storage.simulator.entra.environment(principal))) {
        vi.stubEnv(name, value);
    }
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
});

afterEach(async () => {
    await storage.close();
});

it("copies where tokens may go, and gives none to strangers beside it", async () => {
    const lookAlike = await startLookAlike(challenge("https://management.azure.com"));
    const { port } = lookAlike;
    const sources = {
        cloud: `https://data.blob.core.anything.example:${port}/container/b`,
        suffix: `https://acct.blob.core.windows.net.anything.example:${port}/container/b`,
        address: `https://127.0.0.1:${port}/acct/container/b`,
        file: `https://data.file.core.anything.example:${port}/share/f`,
        domain: { url: `https://blobs.contoso.example:${port}/container/b`, accountName: "acct" },
    };
    const { source, destination } = storage.inputs;
    const program: Program = ({ copy }) => {
        new copy.BlobCopy("seed", { source: source as never, destination: destination as never });
        for (const [name, from] of Object.entries(sources)) {
            new copy.BlobCopy(name, { source: from, destination: { ...destination, blobName: name } as never });
        }
        return undefined;
    };
    await withStack(program, async ({ preview, up, refresh, destroy, onDisk }) => {
        const previewed = await preview();
        expect(previewed.error).toBeUndefined();
        expect(previewed.warnings.join("\n")).toContain("give endpoint, containerName and blobName in place of url");
        const inPreview = lookAlike.requests.length;
        expect(inPreview).toBeGreaterThan(0);
        const upped = await up({ continueOnError: true });
        expect(upped.failed.sort()).toEqual(Object.keys(sources).sort());
        expect(lookAlike.requests.length).toBeGreaterThan(inPreview);
        expect(await storage.content("dev")).toBe(sourceContent);
        const words = [previewed, upped, await refresh(), await destroy()].map(({ transcript }) => transcript);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(lookAlike.authorizations()).toEqual([]);
        expect([...words, onDisk()].join("\n")).not.toMatch(/eyJ0|eyJh/);
    });
});

it("refuses a stranger as destination before anything is sent there", async () => {
    const lookAlike = await startLookAlike();
    const url = `https://127.0.0.1:${lookAlike.port}/acct/container/b`;
    const program: Program = ({ copy }) => {
        new copy.BlobCopy("seed", { source: storage.inputs.source as never, destination: url });
        return undefined;
    };
    await withStack(program, async ({ preview, up }) => {
        for (const { error } of [await preview(), await up()]) {
            expect(error).toContain("destination gets no token, since its host is none of Azure's");
        }
        expect(lookAlike.requests).toEqual([]);
    });
});
