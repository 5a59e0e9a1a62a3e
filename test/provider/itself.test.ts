// One blob, file or page blob under two names: never copied onto itself, adopted as its own copy, or deleted with a resource that
// did not make it; and no name but the very host gets the destination's credential.

import {
    AccountSASPermissions,
    generateAccountSASQueryParameters,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs, BlobCopyState } from "../../src/provider/blobCopyTypes";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { FileCopyInputs, FileCopyState } from "../../src/provider/fileCopyTypes";
import type { Handler } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import type {
    IncrementalSnapshotCopyInputs,
    IncrementalSnapshotCopyState,
} from "../../src/provider/incrementalSnapshotCopyTypes";
import type { BlobLocation } from "../../src/storage/location";
import { startFiles, type TestFiles } from "../helpers/files";
import { recordRequests, resolveToThisMachine, serveAgain } from "../helpers/hosts";
import { upOnceWith, writesOf } from "../helpers/up";

let storage: TestFiles;

const text = "what stands at the destination";
const pages = "p".repeat(512);

beforeEach(async () => {
    storage = await startFiles({ copySeconds: 0 });
    dev().putBlob("seed", "orders.bak", text);
    dev().putBlob("seed", "disk.vhd", pages, { blobType: "PageBlob" });
    dev().putFile("seed", "orders.bak", text);
});

afterEach(() => storage.close());

const dev = () => storage.simulator.account("dev");
const blob = (name = "orders.bak") => storage.container("dev").getBlobClient(name);

function sasToken(account = "dev"): string {
    const { key } = storage.simulator.account(account);
    const values = {
        services: "bf",
        resourceTypes: "sco",
        permissions: AccountSASPermissions.parse("rwdcl"),
        expiresOn: new Date(storage.clock.now() + 3_600_000),
    };
    return generateAccountSASQueryParameters(values, new StorageSharedKeyCredential(account, key)).toString();
}

const blobNames = { containerName: "seed", blobName: "orders.bak" };
const diskNames = { containerName: "seed", blobName: "disk.vhd" };
const fileNames = { shareName: "seed", filePath: "orders.bak" };
const own = (names: object): BlobLocation => ({ connectionString: dev().connectionString, ...names });

/** A service by another port of this machine, where the names tell nothing, since two emulators may have an account of one name. */
async function atAnotherPort(endpoint: string): Promise<string> {
    const { port } = await serveAgain(endpoint);
    return `http://127.0.0.1:${port}/dev`;
}

/** An account's blobs under a domain that does not tell the account. */
async function underDomain(account = "dev", refuses?: string): Promise<string> {
    resolveToThisMachine();
    const { port } = await serveAgain(
        storage.simulator.account(account).blobEndpoint,
        `${account}.blob.core.windows.net`,
        refuses,
    );
    return `http://${account}-data.contoso.example:${port}`;
}

const asLocalhost = (endpoint: string) => endpoint.replace("127.0.0.1", "localhost");

interface Case<Inputs, State> {
    readonly handler: Handler<Inputs, State>;
    readonly names: object;
    readonly endpoint: () => string;
    readonly etag: () => Promise<string | undefined>;
    readonly more: object;
}

const cases: Readonly<Record<string, Case<never, never>>> = {
    BlobCopy: {
        handler: blobCopyHandler as never,
        names: blobNames,
        endpoint: () => dev().blobEndpoint,
        etag: async () => (await blob().getProperties()).etag,
        more: { overwrite: "always" },
    },
    FileCopy: {
        handler: fileCopyHandler as never,
        names: fileNames,
        endpoint: () => dev().fileEndpoint,
        etag: async () => (await storage.file("orders.bak").getProperties()).etag,
        more: { overwrite: "always" },
    },
    IncrementalSnapshotCopy: {
        handler: incrementalSnapshotCopyHandler as never,
        names: diskNames,
        endpoint: () => dev().blobEndpoint,
        etag: async () => (await blob("disk.vhd").getProperties()).etag,
        more: { takeSnapshot: {} },
    },
};

describe.each(Object.entries(cases))("%s onto its own source", (_, { handler, names, endpoint, etag, more }) => {
    it("fails in check by another name of this machine", async () => {
        const source = { endpoint: asLocalhost(endpoint()), ...names, sasToken: sasToken() };
        const inputs = { source, destination: own(names), ...more };
        const { failures } = await handler.check({} as never, inputs as never, storage.context);
        expect(failures).toEqual([
            {
                property: "destination",
                reason: expect.stringContaining("is the source itself, under another name than"),
            },
        ]);
        expect(failures[0]!.reason).toContain(asLocalhost(endpoint()));
        expect(failures[0]!.reason).not.toContain("sig=");
        expect(storage.operations()).toEqual([]);
    });

    it("fails where only the service tells, before anything is written", async () => {
        const before = await etag();
        const source = { endpoint: await atAnotherPort(endpoint()), ...names, sasToken: sasToken() };
        const inputs = { source, destination: own(names), ...more };
        const checked = await handler.check({} as never, inputs as never, storage.context);
        expect(checked.failures).toEqual([]);
        storage.operations();
        await expect(handler.create(checked.inputs, storage.context)).rejects.toThrow(/under two names/);
        expect(writesOf(storage as never)).not.toContain("Snapshot Blob");
        expect(await etag()).toBe(before);
    });

    it("is left by a deletion, where an older version took it for its own copy", async () => {
        const now = (await etag())!;
        const source = { endpoint: asLocalhost(endpoint()), ...names, sasToken: sasToken() };
        const state = {
            source,
            destination: own(names),
            url: "",
            etag: now,
            lastWriteEtag: now,
            copyStatus: "success",
        };
        await handler.delete(state as never, storage.context);
        expect(await etag()).toBe(now);
        expect(storage.warnings).toEqual([expect.stringContaining("is the source itself under another name")]);
    });

    it("is left by a deletion, where only the service tells", async () => {
        const now = (await etag())!;
        const source = { endpoint: await atAnotherPort(endpoint()), ...names, sasToken: sasToken() };
        const state = {
            source,
            destination: own(names),
            url: "",
            etag: now,
            lastWriteEtag: now,
            copyStatus: "success",
        };
        await handler.delete(state as never, storage.context);
        expect(await etag()).toBe(now);
        expect(storage.warnings).toEqual([expect.stringContaining("is the source itself under another name")]);
    });
});

describe("a BlobCopy's source under a custom domain", () => {
    const methods = ["copyBlob", "fromUrl", "auto"] as const;
    const sources = {
        "by endpoint": (endpoint: string) => ({ endpoint, ...blobNames, sasToken: sasToken() }),
        "by URL, as any web server's": (endpoint: string) => ({
            url: `${endpoint}/seed/orders.bak`,
            sasToken: sasToken(),
        }),
    };
    const rows = Object.entries(sources).flatMap(([name, make]) =>
        methods.map((method) => [name, method, make] as const),
    );
    const create = (inputs: BlobCopyInputs) => upOnceWith(blobCopyHandler, storage, undefined, inputs);

    it.each(rows)("%s fails by %s where it is the destination", async (_, method, make) => {
        const { etag } = await blob().getProperties();
        const source = make(await underDomain());
        for (const overwrite of ["always", "ifUnchanged"] as const) {
            await expect(create({ source, destination: own(blobNames), method, overwrite })).rejects.toThrow(
                /are one blob under two names/,
            );
        }
        expect((await blob().getProperties()).etag).toBe(etag);
        expect(await storage.content("dev")).toBe(text);
    });

    it("fails where the destination is under another domain", async () => {
        const endpoint = await underDomain();
        const source = { endpoint, ...blobNames, sasToken: sasToken() };
        const destination = { ...source, endpoint: endpoint.replace("data", "files") };
        await expect(create({ source, destination, overwrite: "always" })).rejects.toThrow(/under two names/);
        expect(await storage.content("dev")).toBe(text);
    });

    it.each(["copyBlob", "auto"] as const)("fails by %s where the service alone may read it", async (method) => {
        const { etag } = await blob().getProperties();
        const source = { endpoint: await underDomain("dev", "HEAD"), ...blobNames, sasToken: sasToken() };
        await expect(create({ source, destination: own(blobNames), method, overwrite: "always" })).rejects.toThrow(
            /could not tell whether .* is .* under another name \(give accountName at both ends/,
        );
        expect((await blob().getProperties()).etag).toBe(etag);
    });

    it.each(methods)("is copied by %s where it is another account's, of the same name", async (method) => {
        storage.simulator.account("golden").createContainer("seed");
        storage.simulator.account("golden").putBlob("seed", "orders.bak", "another account's");
        const source = { endpoint: await underDomain("golden"), ...blobNames, sasToken: sasToken("golden") };
        await create({ source, destination: own(blobNames), method, overwrite: "always" });
        expect(await storage.content("dev")).toBe("another account's");
    });
});

it("promotes a snapshot by another name of the account", async () => {
    const { snapshot } = await blob().createSnapshot();
    dev().putBlob("seed", "orders.bak", "spoilt");
    const source = {
        endpoint: asLocalhost(dev().blobEndpoint),
        ...blobNames,
        snapshot: snapshot!,
        sasToken: sasToken(),
    };
    const inputs: BlobCopyInputs = { source, destination: own(blobNames), overwrite: "always" };
    await upOnceWith(blobCopyHandler, storage, undefined, inputs);
    expect(await storage.content("dev")).toBe(text);
});

describe("a destination that is spelled otherwise", () => {
    const golden = () => storage.simulator.account("golden");
    const copied = { containerName: "seed", blobName: "copied" };
    const blobInputs = (destination: BlobLocation): BlobCopyInputs => ({
        source: { connectionString: golden().connectionString, containerName: "images", blobName: "orders.bak" },
        destination,
    });
    const respelled = () => ({ endpoint: asLocalhost(dev().blobEndpoint), ...copied, sasToken: sasToken() });

    it("is recorded by a BlobCopy, and deleted under its new name", async () => {
        const state = await upOnceWith(blobCopyHandler, storage, undefined, blobInputs(own(copied)));
        const news = blobInputs(respelled());
        expect(blobCopyHandler.diff(state, news)).toEqual({ changes: true, replaces: [] });
        const next = await upOnceWith(blobCopyHandler, storage, state, news);
        expect(writesOf(storage as never)).toEqual([]);
        expect(next.url).toBe(`${asLocalhost(dev().blobEndpoint)}/seed/copied`);
        expect(next.etag).toBe((await blob("copied").getProperties()).etag);
        await blobCopyHandler.delete(next, storage.context);
        expect(await blob("copied").exists()).toBe(false);
    });

    it("is recorded by a FileCopy, and deleted under its new name", async () => {
        const inputs = (destination: BlobLocation): FileCopyInputs => ({ ...storage.inputs, destination });
        const names = { shareName: "seed", filePath: "app/settings.json" };
        const state = await upOnceWith(fileCopyHandler, storage, undefined, inputs(own(names)));
        const news = inputs({ endpoint: asLocalhost(dev().fileEndpoint), ...names, sasToken: sasToken() });
        expect(fileCopyHandler.diff(state, news)).toEqual({ changes: true, replaces: [] });
        const next: FileCopyState = await upOnceWith(fileCopyHandler, storage, state, news);
        expect(writesOf(storage as never)).toEqual([]);
        expect(next.url).toBe(`${asLocalhost(dev().fileEndpoint)}/seed/app/settings.json`);
        await fileCopyHandler.delete(next, storage.context);
        expect(await storage.file().exists()).toBe(false);
    });

    const diskInputs = (destination: BlobLocation, source?: BlobLocation): IncrementalSnapshotCopyInputs => ({
        source: source ?? {
            connectionString: golden().connectionString,
            containerName: "images",
            blobName: "disk.vhd",
        },
        destination,
        takeSnapshot: { triggers: ["monday"] },
        deleteSnapshots: true,
    });

    async function snapshots(): Promise<number> {
        let count = 0;
        for await (const { name, snapshot } of storage.container("dev").listBlobsFlat({ includeSnapshots: true })) {
            count += name === "copied" && snapshot ? 1 : 0;
        }
        return count;
    }

    const firstBackup = async (): Promise<IncrementalSnapshotCopyState> => {
        golden().putBlob("images", "disk.vhd", pages, { blobType: "PageBlob" });
        return upOnceWith(incrementalSnapshotCopyHandler, storage, undefined, diskInputs(own(copied)));
    };

    it("is recorded by an IncrementalSnapshotCopy, as is its source, and the backups stand", async () => {
        const state = await firstBackup();
        const source = { endpoint: asLocalhost(golden().blobEndpoint), containerName: "images", blobName: "disk.vhd" };
        const news = diskInputs(respelled(), { ...source, sasToken: sasToken("golden") });
        expect(incrementalSnapshotCopyHandler.diff(state, news)).toEqual({ changes: true, replaces: [] });
        const next = await upOnceWith(incrementalSnapshotCopyHandler, storage, state, news);
        expect(next.url).toBe(`${asLocalhost(dev().blobEndpoint)}/seed/copied`);
        expect(await snapshots()).toBe(1);
        // The next backup goes to the same destination, from the same source.
        storage.clock.advance(60_000);
        const again = { ...news, takeSnapshot: { triggers: ["tuesday"] } };
        await upOnceWith(incrementalSnapshotCopyHandler, storage, next, again);
        expect(await snapshots()).toBe(2);
    });

    it("fails where another blob is under the new name", async () => {
        const state = await upOnceWith(blobCopyHandler, storage, undefined, blobInputs(own(copied)));
        const other = storage.simulator.account("open");
        other.createContainer("seed");
        other.putBlob("seed", "copied", "another account's");
        resolveToThisMachine();
        const { port } = await serveAgain(other.blobEndpoint, "open.blob.core.windows.net");
        // A name that is not the account's.
        const destination = {
            endpoint: `http://data.contoso.example:${port}`,
            accountName: "dev",
            ...copied,
            sasToken: sasToken("open"),
        };
        const news = blobInputs(destination);
        expect(blobCopyHandler.diff(state, news).replaces).toEqual([]);
        await expect(upOnceWith(blobCopyHandler, storage, state, news)).rejects.toThrow(
            /both are to be one under two names, but its ETag is/,
        );
        expect(await blob("copied").exists()).toBe(true);
    });

    it("is adopted by the replacement where its account is not known, and stands after the old one's deletion", async () => {
        const state = await upOnceWith(blobCopyHandler, storage, undefined, {
            ...blobInputs(own(copied)),
            method: "copyBlob",
        });
        const destination = { endpoint: await underDomain(), ...copied, sasToken: sasToken() };
        const news: BlobCopyInputs = { ...blobInputs(destination), method: "copyBlob" };
        expect(blobCopyHandler.diff(state, news).replaces).toEqual(["destination"]);
        const created = await blobCopyHandler.create(news, storage.context);
        await blobCopyHandler.delete(state, storage.context);
        expect((await blob("copied").getProperties()).etag).toBe((created.state as BlobCopyState).etag);
    });

    it("is kept with its backups where its account is not known", async () => {
        const state = await firstBackup();
        const news = diskInputs({ endpoint: await underDomain(), ...copied, sasToken: sasToken() });
        expect(incrementalSnapshotCopyHandler.diff(state, news).replaces).toEqual(["destination"]);
        await incrementalSnapshotCopyHandler.create(news, storage.context);
        // Under another name of its account nothing proves whose the destination is.
        expect(storage.warnings).toEqual([expect.stringContaining("nothing proves that this resource made it")]);
        await incrementalSnapshotCopyHandler.delete(state, storage.context);
        expect(await snapshots()).toBeGreaterThan(0);
        expect(storage.warnings.at(-1)).toContain("belongs to another resource of this program now");
    });
});

describe("a source under an alias of the destination's account gets no credential of the destination's", () => {
    const credentials = {
        "an account key": () => ({ endpoint: dev().blobEndpoint, accountName: "dev", accountKey: dev().key }),
        "a connection string": () => ({ connectionString: dev().connectionString }),
        "a SAS": () => ({ endpoint: dev().blobEndpoint, sasToken: sasToken() }),
    };
    const fileCredentials = {
        ...credentials,
        "an account key": () => ({ endpoint: dev().fileEndpoint, accountName: "dev", accountKey: dev().key }),
        "a SAS": () => ({ endpoint: dev().fileEndpoint, sasToken: sasToken() }),
    };
    const aliases = {
        "a custom domain with the account's name": (port: string) => ({
            endpoint: `http://data.contoso.example:${port}`,
            accountName: "dev",
        }),
        "a look-alike of Azure's": (port: string) => ({
            endpoint: `http://dev.blob.core.windows.net.contoso.example:${port}`,
            accountName: "dev",
        }),
        localhost: (port: string) => ({ endpoint: `http://localhost:${port}/dev` }),
        "another port": (port: string) => ({ endpoint: `http://127.0.0.1:${port}/dev`, accountName: "dev" }),
    };
    const other = {
        blob: { containerName: "seed", blobName: "other" },
        file: { shareName: "seed", filePath: "other" },
    };
    type Kind = keyof typeof other;
    const kinds: readonly [Kind, Kind][] = [
        ["blob", "blob"],
        ["file", "file"],
        ["blob", "file"],
        ["file", "blob"],
    ];
    // An emulator's services have ports of their own on one host, so that there another port is the other service.
    const rows = kinds.flatMap(([from, to]) =>
        Object.entries(aliases)
            .filter(([name]) => from === to || name !== "another port")
            .flatMap(([name, alias]) =>
                Object.keys(credentials).map(
                    (credential) => [from, to, name, credential as keyof typeof credentials, alias] as const,
                ),
            ),
    );

    it.each(rows)("a %s for a %s, at %s, beside %s", async (from, to, _, credential, alias) => {
        resolveToThisMachine();
        const { port, asked } = await recordRequests();
        const handler = (to === "blob" ? blobCopyHandler : fileCopyHandler) as Handler<never, unknown>;
        const given = to === "blob" ? credentials[credential]() : fileCredentials[credential]();
        const destination = { ...given, ...(to === "blob" ? blobNames : { shareName: "seed", filePath: "copied" }) };
        const inputs = { source: { ...alias(port), ...other[from] }, destination, overwrite: "always" } as never;
        await handler.check({} as never, inputs, storage.context);
        await handler.create(inputs, storage.context).catch(() => {});
        expect(asked.length).toBeGreaterThan(0);
        for (const { url, headers } of asked) {
            expect(headers.authorization).toBeUndefined();
            expect(url).not.toMatch(/[?&]sig=/);
        }
        for (const { headers } of storage.simulator.requests.all()) {
            expect(headers["x-ms-copy-source"] ?? "").not.toMatch(/[?&]sig=/);
            expect(headers["x-ms-copy-source-authorization"]).toBeUndefined();
        }
    });
});
