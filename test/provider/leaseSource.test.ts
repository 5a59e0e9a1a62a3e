import { BlobSASPermissions } from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { type Context, PartialFailure } from "../../src/provider/handler";
import { sourceContent, startStorage, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

let storage: TestStorage;

beforeEach(async () => {
    storage = await startStorage({ copySeconds: 10 });
});

afterEach(async () => {
    await storage.close();
});

const inputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
    ...storage.inputs,
    leaseSource: true,
    ...change,
});

const up = (state: BlobCopyState | undefined, change: Partial<BlobCopyInputs> = {}) =>
    upOnce(storage, state, inputs(change));

const source = () => storage.blob("golden");
const leaseState = async () => (await source().getProperties()).leaseState;
/** The lease requests that the service was asked for, by action. */
const leaseActions = () =>
    storage.simulator.requests.of("Lease Blob").map(({ headers }) => String(headers["x-ms-lease-action"]));

/** What somebody else is answered who writes the source while it is copied; looked at in each report of progress. */
function writeMeanwhile(): Promise<unknown>[] {
    const attempts: Promise<unknown>[] = [];
    storage.onProgress(() =>
        attempts.push(
            source()
                .setMetadata({ somebody: "else" })
                .catch((error: { code?: string }) => error.code),
        ),
    );
    return attempts;
}

async function failures(change: Partial<BlobCopyInputs>): Promise<string[]> {
    const { failures } = await handler.check({}, inputs(change), storage.context);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

describe("a source that is leased while it is copied", () => {
    it("can't be written by anybody else, and is released after a success", async () => {
        const attempts = writeMeanwhile();
        await up(undefined);
        expect(attempts.length).toBeGreaterThan(0);
        expect(await Promise.all(attempts)).toEqual(attempts.map(() => "LeaseIdMissing"));
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is leased for 60 seconds, so that a killed process leaves nothing behind for long", async () => {
        await up(undefined);
        const [acquired] = storage.simulator.requests.of("Lease Blob");
        expect(acquired!.headers["x-ms-lease-duration"]).toBe("60");
    });

    it("is released after a From-URL operation too", async () => {
        storage.simulator.account("golden").putBlob("images", "orders.bak", generated({ length: 20_000_000 }));
        const attempts = writeMeanwhile();
        await up(undefined, { method: "fromUrl" });
        expect(storage.operations()).toContain("Put Block From URL");
        expect(await Promise.all(attempts)).toContain("LeaseIdMissing");
        expect(await leaseState()).toBe("available");
    });

    it("is released after a copy that failed", async () => {
        storage.simulator.copies.add({ fail: '500 InternalServerError "Copy failed."' });
        await expect(up(undefined)).rejects.toThrow(/ended as failed/);
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
    });

    it("is released after a copy that somebody has aborted", async () => {
        storage.onProgress(() => {
            const { copyId } = storage.progress.at(-1)!;
            void storage
                .blob("dev")
                .abortCopyFromURL(copyId!)
                .catch(() => {});
        });
        await expect(up(undefined)).rejects.toThrow(/ended as aborted/);
        expect(await leaseState()).toBe("available");
    });

    it.each(["keep", "abort"] as const)('is released at a timeout with onTimeout "%s"', async (onTimeout) => {
        storage.simulator.copies.add({ seconds: 100 });
        const failure = await up(undefined, { timeout: "30s", onTimeout }).catch((error: unknown) => error);
        expect((failure as Error).message).toMatch(/at its timeout/);
        expect(failure instanceof PartialFailure).toBe(onTimeout === "keep");
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
    });

    it("is released after an interruption, and leased again by the up that carries on", async () => {
        storage.simulator.copies.add({ seconds: 100 });
        const stop = new AbortController();
        storage.onProgress(() => stop.abort());
        const context: Context = { ...storage.context, signal: stop.signal };
        const failure = await handler.create(inputs(), context).catch((error: unknown) => error);
        expect((failure as Error).message).toMatch(/stopped while the copy .* was pending/);
        expect(await leaseState()).toBe("available");
        storage.onProgress(() => {});
        await up((failure as PartialFailure).state as BlobCopyState);
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
        expect(await storage.content("dev")).toBe(sourceContent);
    });

    it("is released after an error", async () => {
        const destination = { ...storage.inputs.destination, containerName: "nowhere" };
        await expect(up(undefined, { destination })).rejects.toThrow(/ContainerNotFound/);
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
    });

    it("is leased once by copies that run side by side, until the last has ended", async () => {
        storage.simulator.copies.add({ blob: "slow.bak", seconds: 50 });
        const to = (blobName: string) => inputs({ destination: { ...storage.inputs.destination, blobName } });
        await Promise.all([
            handler.create(to("first.bak"), storage.context),
            handler.create(to("slow.bak"), storage.context),
            handler.create(to("third.bak"), storage.context),
        ]);
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(storage.operations().at(-1)).toBe("Lease Blob");
        expect(await leaseState()).toBe("available");
        await up(undefined, { destination: { ...storage.inputs.destination, blobName: "fourth.bak" } });
        expect(leaseActions()).toEqual(["acquire", "release"]);
    });

    it("is leased and released also where nothing has to be copied", async () => {
        await up(undefined, { leaseSource: false });
        expect(leaseActions()).toEqual([]);
        await up(undefined);
        expect(leaseActions()).toEqual(["acquire", "release"]);
        expect(await leaseState()).toBe("available");
    });

    it("costs no request where the input alone changes", async () => {
        const state = await up(undefined, { leaseSource: false });
        const updated = await up(state);
        expect(storage.operations()).toEqual([]);
        expect(updated.leaseSource).toBe(true);
    });
});

describe("a source that can't be leased", () => {
    it("fails where somebody else has an infinite lease, and nothing is copied", async () => {
        await source().getBlobLeaseClient().acquireLease(-1);
        await expect(up(undefined)).rejects.toThrow(
            /could not lease the source http.*orders\.bak, on which somebody else has an infinite lease \(lease state leased\): 409 LeaseAlreadyPresent.*leave leaseSource out/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
        expect(await leaseState()).toBe("leased");
    });

    it("waits for the end of a finite lease, such as a killed process leaves", async () => {
        await source().getBlobLeaseClient().acquireLease(60);
        await up(undefined);
        expect(storage.warnings).toEqual([expect.stringMatching(/waiting for the end of somebody else's lease/)]);
        expect(await storage.content("dev")).toBe(sourceContent);
        expect(await leaseState()).toBe("available");
    });

    it("fails where somebody else keeps renewing a finite lease", async () => {
        const lease = source().getBlobLeaseClient();
        await lease.acquireLease(60);
        const { clock } = storage.context;
        const context: Context = {
            ...storage.context,
            clock: {
                now: () => clock.now(),
                sleep: async (milliseconds, signal) => {
                    await clock.sleep(milliseconds, signal);
                    await lease.renewLease();
                },
            },
        };
        await expect(handler.create(inputs(), context)).rejects.toThrow(
            /somebody else has a finite lease \(lease state leased\)/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("fails with a SAS that can't write, and says what leasing needs", async () => {
        const permissions = BlobSASPermissions.parse("r");
        const expiresOn = new Date(storage.clock.now() + 86_400_000);
        const [url, sasToken] = (await source().generateSasUrl({ permissions, expiresOn })).split("?");
        const change = { source: { url: url!, sasToken: sasToken! } };
        expect(await failures(change)).toEqual([
            expect.stringMatching(/^source\.sasToken must permit writing too \(sp with w\).*got "sp=r"/),
        ]);
        await expect(handler.create(inputs(change), storage.context)).rejects.toThrow(
            /could not lease the source .*leasing needs permission to write the source, .*SAS with w.*403 AuthorizationPermissionMismatch/,
        );
        expect(await storage.blob("dev").exists()).toBe(false);
    });

    it("fails on a public source without a credential, and says what leasing needs", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("images", { publicAccess: "blob" });
        open.putBlob("images", "orders.bak", "for everybody");
        const change = { source: { endpoint: open.blobEndpoint, containerName: "images", blobName: "orders.bak" } };
        await expect(up(undefined, change)).rejects.toThrow(/leasing needs permission to write the source/);
    });

    it("fails where it is archived", async () => {
        await source().setAccessTier("Archive");
        await expect(up(undefined, { accessTier: "Hot" })).rejects.toThrow(
            /an archived blob can't be leased; leave leaseSource out.*409 BlobArchived/,
        );
    });

    it("is refused by check where it is a snapshot, a version, a file, or another URL", async () => {
        const { snapshot } = await source().createSnapshot();
        const url = source().url;
        for (const [change, why] of [
            [{ ...storage.inputs.source, snapshot: snapshot! }, "the source is a snapshot, which nobody can change"],
            [{ url: `${url}?versionid=2026-01-31T12:00:00.0000000Z` }, "the source is a version"],
            [{ url: "https://contoso.file.core.windows.net/share/a?x=1", sasToken: "sp=r&sig=AAAA" }, "source is none"],
            [{ url: "https://example.com/orders.bak" }, "only blobs in Azure Storage are leased"],
        ] as const) {
            const found = await failures({ source: change, onSourceChange: "ignore" });
            expect(found.filter((failure) => failure.startsWith("leaseSource"))).toEqual([
                expect.stringContaining(why),
            ]);
        }
        expect(await failures({ leaseSource: "yes" as never })).toEqual([
            'leaseSource must be true or false (got "yes")',
        ]);
    });
});
