// All resources under the real Pulumi CLI between accounts that take no shared keys, by DefaultAzureCredential as the environment has it.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BuiltInRole } from "../../simulator";
import { copier, type EntraIdStorage, readings, startEntraIdStorage } from "../helpers/entraId";
import { type Seed, seedProgram } from "../helpers/seedProgram";
import { type Operation, type Program, withStack } from "../helpers/stack";
import { sourceContent } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ realTime: true });
});

afterEach(async () => {
    await storage.close();
});

/** What an identity adds to both ends, and its secret, which nothing may show. */
interface Identity {
    readonly end?: Record<string, unknown>;
    readonly secret: string;
}

const identities: Readonly<Record<string, () => Identity>> = {
    "a service principal": () => {
        const principal = storage.principal(copier);
        for (const [name, value] of Object.entries(storage.simulator.entra.environment(principal))) {
            vi.stubEnv(name, value);
        }
        vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
        return { secret: principal.clientSecret! };
    },
    "a service principal that the program names": () => {
        const { tenantId, clientId, clientSecret } = storage.principal(copier);
        vi.stubEnv("AZURE_AUTHORITY_HOST", storage.simulator.entra.authorityHost);
        vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
        const credential = { type: "servicePrincipal", tenantId, clientId, clientSecret };
        return { end: { credential }, secret: clientSecret! };
    },
    "a managed identity": () => {
        const { entra } = storage.simulator;
        const identity = entra.addManagedIdentity();
        for (const [account, role] of Object.entries(copier)) {
            storage.simulator.account(account).assignRole(identity, role as BuiltInRole);
        }
        vi.stubEnv("IDENTITY_ENDPOINT", entra.identityEndpoint);
        vi.stubEnv("IDENTITY_HEADER", entra.identityHeader);
        return { secret: entra.identityHeader };
    },
};

it.each(Object.keys(identities))("copies by %s, with no SAS in sight", async (name) => {
    trustCertificate();
    const { end, secret } = identities[name]!();
    const endsWith = (more?: Record<string, unknown>) => ({
        source: { ...storage.inputs.source, ...more },
        destination: { ...storage.inputs.destination, ...more },
    });
    const ends = endsWith(end);
    const args: Seed = { current: { ...ends, method: "copyBlob" } };
    await withStack(seedProgram(storage, args), async ({ preview, up, refresh, destroy, onDisk }) => {
        const words: string[] = [];
        const run = noting(words, onDisk);
        await run(preview);
        await run(up);
        expect(await storage.content("dev")).toBe(sourceContent);
        args.current = ends;
        storage.simulator.account("golden").putBlob("images", "orders.bak", "newer");
        expect((await run(up)).steps).toEqual({ seed: ["update"] });
        expect(await storage.content("dev")).toBe("newer");
        await run(refresh);
        expect((await run(up)).steps).toEqual({ seed: ["same"] });
        if (end) {
            const wrong = "not the secret of anybody";
            args.current = endsWith({ credential: { ...(end.credential as object), clientSecret: wrong } });
            expect((await run(up)).steps).toEqual({ seed: ["update"] });
            const failed = await refresh();
            expect(failed.error).toContain("AADSTS7000215: Invalid client secret provided");
            expect(failed.transcript + onDisk()).not.toContain(wrong);
            args.current = ends;
            expect((await run(up)).steps).toEqual({ seed: ["update"] });
            await run(refresh);
        }
        await run(destroy);
        expect(await storage.blob("dev").exists()).toBe(false);
        const copies = storage.simulator.requests.all().filter(({ headers }) => headers["x-ms-copy-source"]);
        expect(copies.map(({ operation }) => operation)).toEqual(["Copy Blob", "Put Blob From URL"]);
        expect(copies[0]!.headers["x-ms-copy-source"]).toContain("skoid=");
        expect(copies[1]!.headers["x-ms-copy-source-authorization"]).toMatch(/^Bearer/);
        expect(copies[1]!.headers["x-ms-copy-source"]).not.toContain("?");
        expectNoSecret(words, secret);
    });
});

it("copies files, blobs from files and page blobs incrementally, with no SAS in sight", async () => {
    trustCertificate();
    const { simulator } = storage;
    for (const account of simulator.accounts) {
        account.createShare("docs");
    }
    const golden = simulator.account("golden");
    golden.putFile("docs", "settings.json", sourceContent);
    golden.putBlob("images", "disk.vhd", Buffer.alloc(512, 1), { blobType: "PageBlob" });
    const principal = storage.principal({
        golden: ["Storage Blob Data Contributor", "Storage File Data Privileged Reader"],
        dev: ["Storage Blob Data Contributor", "Storage File Data Privileged Contributor"],
    });
    for (const [name, value] of Object.entries(simulator.entra.environment(principal))) {
        vi.stubEnv(name, value);
    }
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
    const end = (accountName: "golden" | "dev", names: object) => {
        const { blobEndpoint, fileEndpoint } = simulator.account(accountName);
        return { accountName, endpoint: "shareName" in names ? fileEndpoint : blobEndpoint, ...names };
    };
    const settings = { shareName: "docs", filePath: "settings.json" };
    const program: Program = ({ copy }) => {
        new copy.FileCopy("file", { source: end("golden", settings), destination: end("dev", settings) });
        new copy.BlobCopy("blob", {
            source: end("golden", settings),
            destination: end("dev", { containerName: "seed", blobName: "settings.json" }),
        });
        new copy.IncrementalSnapshotCopy("backup", {
            source: end("golden", { containerName: "images", blobName: "disk.vhd" }),
            destination: end("dev", { containerName: "seed", blobName: "disk.vhd" }),
            takeSnapshot: {},
            deleteSnapshots: true,
        });
        return undefined;
    };
    await withStack(program, async ({ preview, up, refresh, destroy, onDisk }) => {
        const words: string[] = [];
        const run = noting(words, onDisk);
        await run(preview);
        await run(up);
        expect(readings(storage).sort()).toEqual([
            "Incremental Copy Blob: user delegation SAS",
            "Put Block From URL: token",
            "Put Range From URL: token",
        ]);
        expect(await storage.content("dev", "settings.json")).toBe(sourceContent);
        golden.putFile("docs", "settings.json", "newer");
        expect((await run(up)).steps).toEqual({ file: ["update"], blob: ["update"], backup: ["same"] });
        expect(await storage.content("dev", "settings.json")).toBe("newer");
        await run(refresh);
        expect((await run(up)).steps).toEqual({ file: ["same"], blob: ["same"], backup: ["same"] });
        await run(destroy);
        expect(await storage.blob("dev", "settings.json").exists()).toBe(false);
        expect(simulator.requests.of("Delete File")).not.toEqual([]);
        expectNoSecret(words, principal.clientSecret!);
    });
});

/** Runs operations that must not fail, and keeps all that anybody could read of them. */
function noting(words: string[], onDisk: () => string) {
    return async (operation: () => Promise<Operation>): Promise<Operation> => {
        const done = await operation();
        words.push(done.transcript, JSON.stringify(done.outputs), onDisk());
        expect(done.error).toBeUndefined();
        return done;
    };
}

function expectNoSecret(words: readonly string[], secret: string): void {
    // A token begins with what {"typ": or {"alg": is in base64url.
    expect(words.join("\n")).not.toMatch(/sig=|skoid|eyJ0|eyJh/);
    expect(words.join("\n")).not.toContain(secret);
}
