// A whole stack authorized by its config, or by ARM_* variables, under the real Pulumi CLI: no end has a credential of its own.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ServicePrincipal } from "../../simulator";
import { copier, type EntraIdStorage, startEntraIdStorage } from "../helpers/entraId";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { type Operation, type TestStack, withStack } from "../helpers/stack";
import { sourceContent } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ realTime: true });
    trustCertificate();
    for (const name of Object.keys(process.env).filter((one) => /^(?:ARM|AZURE)_/.test(one))) {
        vi.stubEnv(name, undefined);
    }
});

afterEach(async () => {
    await storage.close();
});

/** Runs operations that must pass, and notes all that they said and stored. */
function noting({ onDisk }: TestStack) {
    const words: string[] = [];
    return {
        words: () => words.join("\n"),
        async run(operation: () => Promise<Operation>): Promise<Operation> {
            const done = await operation();
            words.push(done.transcript, JSON.stringify(done.outputs), onDisk());
            expect(done.error).toBeUndefined();
            return done;
        },
    };
}

const ends = () => ({ source: storage.inputs.source, destination: storage.inputs.destination, method: "fromUrl" });
const copies = () => storage.simulator.requests.all().filter(({ headers }) => headers["x-ms-copy-source"]).length;

async function setSecret({ stack }: TestStack, clientSecret: string): Promise<void> {
    await stack.setConfig("azure-copy:clientSecret", { value: clientSecret, secret: true });
}

async function configure(given: TestStack, { tenantId, clientId, clientSecret }: ServicePrincipal): Promise<void> {
    await given.stack.setAllConfig({
        "azure-copy:tenantId": { value: tenantId },
        "azure-copy:clientId": { value: clientId },
        "azure-copy:activeDirectoryAuthorityHost": { value: storage.simulator.entra.authorityHost },
        "azure-copy:disableInstanceDiscovery": { value: "true" },
    });
    await setSecret(given, clientSecret!);
}

it("is authorized by its config alone, and by a rotated secret without a copy", async () => {
    const principal = storage.principal(copier);
    const old = principal.clientSecret!;
    const args: Seed = { current: ends() };
    await withStack(seedProgram(storage, args), async (given) => {
        const { run, words } = noting(given);
        const { preview, up, refresh, destroy } = given;
        await configure(given, principal);
        await run(preview);
        expect((await run(up)).steps).toEqual({ seed: ["create"] });
        expect(await storage.content("dev")).toBe(sourceContent);
        await run(refresh);

        const rotated = storage.simulator.entra.rotateSecret(principal);
        await setSecret(given, rotated);
        // The engine gives refresh the config that the last up has seen, and says so to nobody; so the error must.
        const stale = await refresh();
        expect(stale.error).toMatch(/by azure-copy:clientSecret: AADSTS7000215.*--run-program/s);
        expect((await run(up)).steps).toEqual({ seed: ["same"] });
        await run(refresh);

        const again = storage.simulator.entra.rotateSecret(principal);
        await setSecret(given, again);
        await run(() => given.refresh({ runProgram: true }));
        await run(destroy);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(copies()).toBe(1);
        for (const secret of [old, rotated, again]) {
            expect(words() + stale.transcript).not.toContain(secret);
        }
        const [seed] = await given.resources();
        expect(seed).toBeUndefined();
    });
});

it("is authorized by ARM_* variables, of which refresh and destroy see the latest", async () => {
    const principal = storage.principal(copier);
    vi.stubEnv("ARM_TENANT_ID", principal.tenantId);
    vi.stubEnv("ARM_CLIENT_ID", principal.clientId);
    vi.stubEnv("ARM_CLIENT_SECRET", principal.clientSecret);
    vi.stubEnv("ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", storage.simulator.entra.authorityHost);
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
    await withStack(seedProgram(storage, { current: ends() }), async (given) => {
        const { run, words } = noting(given);
        await run(given.up);
        const rotated = storage.simulator.entra.rotateSecret(principal);
        vi.stubEnv("ARM_CLIENT_SECRET", rotated);
        await run(given.refresh);
        await run(given.destroy);
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(words()).not.toContain(rotated);
    });
});

it("fails on a mistake in its config before anything is done", async () => {
    const principal = storage.principal(copier);
    await withStack(seedProgram(storage, { current: ends() }), async (given) => {
        await configure(given, principal);
        await given.stack.setConfig("azure-copy:useMSI", { value: "true" });
        await given.stack.setConfig("azure-copy:environment", { value: "german" });
        const { error } = await given.up();
        expect(error).toContain("azure-copy:useMSI is not read; it is spelled azure-copy:useMsi");
        expect(error).toContain('azure-copy:environment must be one of public, usgovernment, china (got "german")');
        expect(copies()).toBe(0);
        expect(error).not.toContain(principal.clientSecret);
    });
});

it("warns of a secret that its config has in plain text", async () => {
    const principal = storage.principal(copier);
    await withStack(seedProgram(storage, { current: ends() }), async (given) => {
        await configure(given, principal);
        await given.stack.setConfig("azure-copy:clientSecret", { value: principal.clientSecret! });
        const { warnings, error } = await given.preview();
        expect(error).toBeUndefined();
        expect(warnings.join()).toContain("make it secret: pulumi config set --secret azure-copy:clientSecret");
    });
});
