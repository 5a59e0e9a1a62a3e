// Copies between accounts that take no shared keys, with the real @azure/identity against the simulated Microsoft Entra ID.

import { DefaultAzureCredential, type TokenCredential } from "@azure/identity";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { generated, type LoggedRequest } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { copier, type EntraIdStorage, type Roles, readings, startEntraIdStorage } from "../helpers/entraId";
import { sourceContent, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";
import { FABRIKAM } from "../simulator/support/identity";

const MIB = 1024 * 1024;
const reader = "Storage Blob Data Reader";
const contributor = "Storage Blob Data Contributor";
const owner = "Storage Blob Data Owner";
const delegator = "Storage Blob Delegator";

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const withRoles = (roles: Roles) => storage.as(storage.credential(storage.principal(roles)));
const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({ ...storage.inputs, ...change });

/** A source in the destination's own account. */
function within(): Partial<BlobCopyInputs> {
    storage.simulator.account("dev").putBlob("seed", "old.bak", sourceContent);
    return { source: { ...storage.inputs.destination, blobName: "old.bak" } };
}

/** The requests that carried a copy source. */
const copying = (): readonly LoggedRequest[] =>
    storage.simulator.requests.all().filter(({ headers }) => headers["x-ms-copy-source"] !== undefined);

async function failure(run: Promise<unknown>): Promise<string> {
    return run.then(
        () => "no failure",
        (error: Error) => error.message,
    );
}

describe("the source is read", () => {
    const methods = ["copyBlob", "fromUrl"] as const;

    it.each<[string, (typeof methods)[number], boolean, string]>([
        ["with nothing more by Copy Blob within an account", "copyBlob", true, "Copy Blob: nothing"],
        [
            "with a user delegation SAS by Copy Blob across accounts",
            "copyBlob",
            false,
            "Copy Blob: user delegation SAS",
        ],
        ["with a token by Put Blob From URL within an account", "fromUrl", true, "Put Blob From URL: token"],
        ["with a token by Put Blob From URL across accounts", "fromUrl", false, "Put Blob From URL: token"],
    ])("%s", async (_, method, sameAccount, reading) => {
        const user = withRoles(sameAccount ? { dev: contributor } : copier);
        const state = await upOnce(user, undefined, inputs({ method, ...(sameAccount && within()) }));
        expect(readings(storage)).toEqual([reading]);
        expect(state.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(JSON.stringify(state)).not.toMatch(/sig=|Bearer|eyJ/);
        expect(await handler.read(state.url, state, user.context)).toMatchObject({ etag: state.etag });
        await handler.delete(state, user.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("with a token by every request of a large copy", async () => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 20 * MIB, seed: 1 }));
        await upOnce(withRoles(copier), undefined, inputs({ method: "fromUrl" }));
        expect(readings(storage)).toEqual(Array(3).fill("Put Block From URL: token"));
        const [source, copy] = await Promise.all([
            storage.blob("golden").downloadToBuffer(),
            storage.blob("dev").downloadToBuffer(),
        ]);
        expect(copy.equals(source)).toBe(true);
    });

    it.each([
        ["PageBlob", "Put Page From URL"],
        ["AppendBlob", "Append Block From URL"],
    ] as const)("with a token where it is a %s", async (blobType, operation) => {
        const content = Buffer.alloc(1_024, 7);
        storage.simulator.account("golden").putBlob("images", "orders.bak", content, { blobType });
        const state = await upOnce(withRoles(copier), undefined, inputs());
        expect(state.copyOperation).toBe(operation);
        expect(new Set(readings(storage))).toEqual(new Set([`${operation}: token`]));
        expect(await storage.blob("dev").downloadToBuffer()).toEqual(content);
    });

    it("with a user delegation SAS by incremental copies, which take no token", async () => {
        const options = { blobType: "PageBlob" } as const;
        storage.simulator.account("golden").putBlob("images", "orders.bak", Buffer.alloc(512, 1), options);
        const user = withRoles({ golden: contributor, dev: contributor });
        const { source, destination } = storage.inputs;
        const asked = { source, destination, takeSnapshot: {}, timeout: "1h" } as never;
        const checked = await incrementalSnapshotCopyHandler.check({}, asked, user.context);
        expect(checked.failures).toEqual([]);
        await incrementalSnapshotCopyHandler.create(checked.inputs, user.context);
        expect(readings(storage)).toEqual(["Incremental Copy Blob: user delegation SAS"]);
    });

    it.each<[string, Roles, string]>([
        [
            "to read the source",
            { dev: contributor },
            `/golden/images/orders.bak: assign it ${reader}, on the container`,
        ],
        [
            "to write",
            { golden: contributor, dev: reader },
            `/dev/seed/orders.bak: assign it ${contributor}, on the container`,
        ],
        [
            "to take a snapshot",
            { golden: reader, dev: contributor },
            `/golden/images/orders.bak: assign it ${contributor}`,
        ],
    ])("by incremental copies, which name the role that is missing %s", async (_, roles, words) => {
        const options = { blobType: "PageBlob" } as const;
        storage.simulator.account("golden").putBlob("images", "orders.bak", Buffer.alloc(512, 1), options);
        const { source, destination } = storage.inputs;
        const { context } = withRoles(roles);
        const asked = { source, destination, takeSnapshot: {} };
        const message = await failure(incrementalSnapshotCopyHandler.create(asked, context));
        expect(message).toContain("AuthorizationPermissionMismatch");
        expect(message).toContain(words);
        expect(message).not.toMatch(/sig=|eyJ/);
        expect(storage.warnings.join()).toContain("waiting for a role assignment to take effect");
    });

    it("by nobody for incremental copies of what anybody may read, whose snapshots are taken with a role", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("public", { publicAccess: "blob" });
        open.putBlob("public", "disk.vhd", Buffer.alloc(512, 1), { blobType: "PageBlob" });
        const principal = storage.principal({ dev: contributor });
        open.assignRole(principal, contributor);
        const { context } = storage.as(storage.credential(principal));
        const source = { endpoint: open.blobEndpoint, containerName: "public", blobName: "disk.vhd" };
        const asked = { source, destination: storage.inputs.destination };
        const take = (day: string) => ({ takeSnapshot: { triggers: [day], deleteSuperseded: true } });
        const { state } = await incrementalSnapshotCopyHandler.create({ ...asked, ...take("monday") }, context);
        const next = await incrementalSnapshotCopyHandler.update(state, { ...asked, ...take("tuesday") }, context);
        expect(readings(storage)).toEqual(Array(2).fill("Incremental Copy Blob: nothing"));
        expect(next.takenSnapshots).toEqual([next.sourceSnapshot]);
        expect(storage.warnings).toEqual([]);
    });

    it("by incremental copies, which name the role to make a user delegation SAS", async () => {
        const options = { blobType: "PageBlob" } as const;
        const golden = storage.simulator.account("golden");
        golden.putBlob("images", "orders.bak", Buffer.alloc(512, 1), options);
        const principal = storage.principal({ dev: contributor });
        golden.assignRole(principal, contributor, { container: "images" });
        const { context } = storage.as(storage.credential(principal));
        const { source, destination } = storage.inputs;
        const asked = { source, destination, takeSnapshot: {} };
        const message = await failure(incrementalSnapshotCopyHandler.create(asked, context));
        expect(message).toContain(`assign it ${delegator}, on the account`);
        golden.assignRole(principal, delegator);
        const { state } = await incrementalSnapshotCopyHandler.create(asked, context);
        expect(state.copyStatus).toBe("success");
    });

    it.each([
        ["1h", 25],
        ["14d", 7 * 24 - 1],
    ])("with a SAS for reading this one blob over https, for a timeout of %s", async (timeout, hours) => {
        const before = storage.clock.now();
        await upOnce(withRoles(copier), undefined, inputs({ method: "copyBlob", timeout }));
        const sas = new URL(copying()[0]!.headers["x-ms-copy-source"]!).searchParams;
        expect(Object.fromEntries(sas)).toMatchObject({ sp: "r", spr: "https", sr: "b" });
        const time = (name: string) => Date.parse(sas.get(name)!);
        expect(time("st") - before).toBeLessThanOrEqual(-15 * 60_000);
        expect(Math.abs(time("se") - before - hours * 3_600_000)).toBeLessThan(60_000);
        expect(sas.get("ske")).toBe(sas.get("se"));
    });
});

describe("a token", () => {
    /** Counts what is asked for, and says that each token ends soon. */
    function shortLived(credential: TokenCredential, seconds: number) {
        const asked: (string | string[])[] = [];
        return {
            asked,
            async getToken(scopes: string | string[], options?: object) {
                asked.push(scopes);
                const token = await credential.getToken(scopes, options);
                return token && { ...token, expiresOnTimestamp: Date.now() + seconds * 1_000 };
            },
        };
    }

    it.each([
        [3_600, 1],
        [240, 3],
    ])(
        "that lasts %i seconds is asked for %i times for three requests, so that it never ends on the way",
        async (seconds, times) => {
            storage.simulator
                .account("golden")
                .putBlob("images", "orders.bak", generated({ length: 20 * MIB, seed: 1 }));
            const credential = shortLived(storage.credential(storage.principal(copier)), seconds);
            await upOnce(storage.as(credential), undefined, inputs({ method: "fromUrl" }));
            expect(readings(storage)).toHaveLength(3);
            const forSources = credential.asked.filter((scope) => scope === "https://storage.azure.com/.default");
            expect(forSources.length).toBeGreaterThanOrEqual(times);
            if (times === 1) {
                expect(forSources).toHaveLength(1);
            }
        },
    );

    it("serves until its end where there is no newer one just now", async () => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 20 * MIB, seed: 1 }));
        const scope = "https://storage.azure.com/.default";
        const credential = shortLived(storage.credential(storage.principal(copier)), 240);
        const getToken = async (scopes: string | string[], options?: object) => {
            if (scopes === scope && credential.asked.includes(scope)) {
                throw new Error("no newer one");
            }
            return credential.getToken(scopes, options);
        };
        const state = await upOnce(storage.as({ getToken }), undefined, inputs({ method: "fromUrl" }));
        expect(state.copyStatus).toBe("success");
        expect(readings(storage)).toHaveLength(3);
    });

    it("of another tenant is refused at once, and told", async () => {
        const stranger = storage.principal({}, FABRIKAM);
        // The SDK asks its credential again and again until the token that it has is over: the sooner, the sooner this fails.
        const credential = shortLived(storage.credential(stranger), 1);
        const user = storage.as(credential);
        const message = await failure(handler.create(inputs({ method: "fromUrl" }), user.context));
        expect(message).toContain("could not read the source");
        expect(message).toContain("401 InvalidAuthenticationInfo");
        expect(message).toContain("of another tenant than the account");
        expect(credential.asked).toHaveLength(2);
    });
});

describe("where there is no token, it is told why", () => {
    /** The environment of a machine with no identity but what is given. */
    function useEnvironment(given: Record<string, string> = {}): void {
        vi.stubEnv("AZURE_AUTHORITY_HOST", storage.simulator.entra.authorityHost);
        vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
        // No Azure CLI or PowerShell of this machine.
        vi.stubEnv("PATH", "/nonexistent");
        for (const [name, value] of Object.entries(given)) {
            vi.stubEnv(name, value);
        }
        onTestFinished(() => {
            vi.unstubAllEnvs();
        });
    }

    const wrongSecret = "AADSTS7000215: Invalid client secret provided";

    it("by the environment: there is none", async () => {
        useEnvironment();
        const { context } = storage.as(new DefaultAzureCredential());
        const message = await failure(handler.create(inputs({ method: "fromUrl" }), context));
        expect(message).toMatch(
            /could not read the source .*DefaultAzureCredential found nothing to sign in with; run az login/,
        );
    });

    it("by the environment: it is wrong", async () => {
        const { tenantId, clientId } = storage.principal(copier);
        const given = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: "not the secret" };
        useEnvironment(given);
        const { context } = storage.as(new DefaultAzureCredential({ disableInstanceDiscovery: true }));
        const message = await failure(handler.create(inputs({ method: "fromUrl" }), context));
        expect(message).toContain(wrongSecret);
        expect(message).not.toContain("not the secret");
    });

    it.each<
        [string, (principal: { tenantId: string; clientId: string }) => BlobCopyInputs["source"]["credential"], string]
    >([
        [
            "a wrong secret",
            (who) => ({ type: "servicePrincipal", ...who, clientSecret: "not the secret" }),
            wrongSecret,
        ],
        [
            "a wrong tenant",
            ({ clientId }) => ({
                type: "servicePrincipal",
                tenantId: clientId,
                clientId,
                clientSecret: "not the secret",
            }),
            "AADSTS90002: Tenant",
        ],
        [
            "a file that is not there",
            (who) => ({ type: "servicePrincipal", ...who, certificatePath: "/no/file" }),
            "no such file",
        ],
        [
            "nothing in the environment",
            () => ({ type: "workloadIdentity" }),
            "WorkloadIdentityCredential: is unavailable",
        ],
        ["no Azure CLI", () => ({ type: "azureCli" }), "Azure CLI could not be found"],
    ])("%s", async (_, credentialOf, words) => {
        useEnvironment();
        const { tenantId, clientId } = storage.principal(copier);
        const credential = credentialOf({ tenantId, clientId })!;
        const source = { ...storage.inputs.source, credential };
        for (const method of ["fromUrl", "copyBlob"] as const) {
            const message = await failure(handler.create(inputs({ method, source }), withRoles(copier).context));
            expect(message).toMatch(/^could not /);
            expect(message).toContain("/golden/images/orders.bak: Microsoft Entra ID gave no token: ");
            expect(message).toContain(words);
            expect(message).not.toContain("not the secret");
            expect(message).not.toContain("\n");
        }
    });
});

describe("a missing role", () => {
    it.each<[string, Partial<BlobCopyInputs>, Roles, string]>([
        [
            "to read the source",
            { method: "fromUrl" },
            { dev: contributor },
            `/golden/images/orders.bak: assign it ${reader}`,
        ],
        ["to write", { method: "fromUrl" }, { golden: reader }, `/dev/seed/orders.bak: assign it ${contributor}`],
        [
            "to write, with one to read",
            { method: "fromUrl" },
            { golden: reader, dev: reader },
            `/dev/seed/orders.bak: assign it ${contributor}`,
        ],
        [
            "to write by Copy Blob",
            { method: "copyBlob" },
            { golden: reader, dev: reader },
            `/dev/seed/orders.bak: assign it ${contributor}`,
        ],
        [
            "to write tags",
            { method: "fromUrl", tags: { env: "dev" } },
            copier,
            `/dev/seed/orders.bak: assign it ${owner}`,
        ],
    ])("%s is named with its end, after five minutes of waiting", async (_, change, roles, words) => {
        const started = storage.clock.now();
        const message = await failure(handler.create(inputs(change), withRoles(roles).context));
        expect(message).toContain("AuthorizationPermissionMismatch");
        expect(message).toContain(words);
        expect(message).not.toMatch(/sig=|eyJ/);
        expect((storage.clock.now() - started) / 1_000).toBeCloseTo(300, -1);
        expect(storage.warnings.join()).toContain("waiting for a role assignment to take effect, 300 seconds at most");
    });

    it("to make a user delegation SAS is named", async () => {
        const principal = storage.principal({ dev: contributor });
        const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
        storage.simulator.account("golden").assignRole(principal, [blobs]);
        const user = storage.as(storage.credential(principal));
        const message = await failure(handler.create(inputs({ method: "copyBlob" }), user.context));
        expect(message).toContain("could not get a user delegation key, to sign a SAS for");
        expect(message).toContain(`assign it ${delegator}, on the account`);
        storage.simulator.account("golden").assignRole(principal, delegator);
        expect((await handler.create(inputs({ method: "copyBlob" }), user.context)).state.copyStatus).toBe("success");
    });

    it.each<["copyBlob" | "fromUrl", boolean]>([
        ["copyBlob", false],
        ["copyBlob", true],
        ["fromUrl", false],
        ["fromUrl", true],
    ])("that takes effect later is waited for (%s, within an account: %s)", async (method, sameAccount) => {
        const principal = storage.principal({});
        const later = { effectiveAfterSeconds: 120 };
        storage.simulator.account("dev").assignRole(principal, contributor, later);
        storage.simulator.account("golden").assignRole(principal, reader, { effectiveAfterSeconds: 200 });
        const user = storage.as(storage.credential(principal));
        const asked = inputs({ method, ...(sameAccount && within()) });
        expect((await handler.create(asked, user.context)).state.copyStatus).toBe("success");
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(storage.warnings[0]).toContain("waiting for a role assignment to take effect");
    });

    it("to read the source of a Copy Blob within an account, which may write there, is waited for and named", async () => {
        const principal = storage.principal({});
        const dev = storage.simulator.account("dev");
        const where = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";
        dev.createContainer("private");
        dev.putBlob("private", "old.bak", sourceContent);
        dev.assignRole(principal, contributor, { container: "seed" });
        const user: TestStorage = storage.as(storage.credential(principal));
        const source = { ...storage.inputs.destination, containerName: "private", blobName: "old.bak" };
        const message = await failure(handler.create(inputs({ method: "copyBlob", source }), user.context));
        expect(message).toContain(`/dev/private/old.bak: assign it ${reader}`);
        dev.assignRole(principal, [`${where}/read`], { container: "private" });
        expect((await handler.create(inputs({ method: "copyBlob", source }), user.context)).state.copyStatus).toBe(
            "success",
        );
    });
});
