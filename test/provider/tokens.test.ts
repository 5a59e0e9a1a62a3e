// Where tokens of Microsoft Entra ID go: to Azure's own hosts and to what the program names as endpoint, and for Azure Storage alone.

import type { GetTokenOptions, TokenCredential } from "@azure/identity";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { systemClock } from "../../src/provider/clock";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { Handler } from "../../src/provider/handler";
import { incrementalSnapshotCopyHandler } from "../../src/provider/incrementalSnapshotCopy";
import { createSourceReader } from "../../src/provider/sourceReader";
import type { BlobLocation } from "../../src/storage/location";
import { copier, type EntraIdStorage, readings, startEntraIdStorage } from "../helpers/entraId";
import { resolveToThisMachine } from "../helpers/hosts";
import { type Answer, challenge, hostileTenant, startLookAlike } from "../helpers/lookAlike";
import { useStack } from "../helpers/stackConfig";
import { sourceContent, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

const storageScope = "https://storage.azure.com/.default";

let storage: EntraIdStorage;

beforeAll(async () => {
    storage = await startEntraIdStorage();
    for (const account of storage.simulator.accounts) {
        account.createShare("docs");
        account.putFile("docs", "a", sourceContent);
    }
});

afterAll(() => storage.close());

beforeEach(() => {
    storage.simulator.requests.clear();
    storage.warnings.length = 0;
});

/** The stack's credential, with a note of what it was asked for. */
function stackCredential() {
    const roles = {
        golden: ["Storage Blob Data Contributor", "Storage File Data Privileged Reader"],
        dev: ["Storage Blob Data Contributor", "Storage File Data Privileged Contributor"],
    } as const;
    const credential = storage.credential(storage.principal(roles));
    const asked: { scopes: string[]; tenantId?: string }[] = [];
    const noting: TokenCredential = {
        getToken(scopes, options: GetTokenOptions = {}) {
            asked.push({ scopes: [scopes].flat(), ...(options.tenantId && { tenantId: options.tenantId }) });
            return credential.getToken(scopes, options);
        },
    };
    return { asked, user: storage.as(noting) };
}

type AnyHandler = Handler<object, object>;

/** All that a resource does in its life, each whatever became of what is before it; what was told. */
async function live(handler: AnyHandler, inputs: object, { context }: TestStorage): Promise<string> {
    const told: string[] = [];
    const attempt = async (call: () => Promise<unknown>) => {
        await call().catch((error: Error) => told.push(error.message));
    };
    const url = "https://contosodev.blob.core.windows.net/seed/orders.bak";
    const state = {
        ...inputs,
        url,
        etag: '"0x1"',
        copyId: "1",
        copyStatus: "success",
        takenSnapshots: ["2026-01-01T00:00:00.0000000Z"],
    };
    await attempt(async () => {
        const { failures } = await handler.check({}, inputs, context);
        told.push(...failures.map(({ property, reason }) => `${property} ${reason}`));
    });
    await attempt(() => handler.create(inputs, context));
    await attempt(() => handler.read(url, state, context));
    await attempt(() => handler.update(state, { ...inputs, timeout: "2h" }, context));
    await attempt(() =>
        handler.update({ ...state, copyStatus: "failed" }, { ...inputs, metadata: { a: "b" } }, context),
    );
    await attempt(() => handler.delete(state, context));
    return [...told, ...storage.warnings].join("\n");
}

type Place = (port: number, file: boolean) => Partial<BlobLocation>;

const path = (file: boolean) => (file ? "docs/a" : "images/orders.bak");
const names = (file: boolean): Partial<BlobLocation> =>
    file ? { shareName: "docs", filePath: "a" } : { containerName: "images", blobName: "orders.bak" };
const byUrl =
    (host: string, more: Partial<BlobLocation> = {}): Place =>
    (port, file) => ({
        url: `https://${host.replace("<service>", file ? "file" : "blob")}:${port}/${path(file)}`,
        ...more,
    });

/** Where a stranger may listen. */
const strangers: Readonly<Record<string, Place>> = {
    "a cloud that nobody knows": byUrl("data.<service>.core.anything.example"),
    "the public cloud's name in a longer one": byUrl("acct.<service>.core.windows.net.anything.example"),
    "a domain that is said to be an account's": byUrl("blobs.contoso.example", { accountName: "acct" }),
    "an IP address, with an account in the path": (port) => ({
        url: `https://127.0.0.1:${port}/acct/images/orders.bak`,
    }),
    "a name of this machine, with an account in the path": (port) => ({
        url: `https://localhost:${port}/acct/images/orders.bak`,
    }),
    "an emulator of files": (port) => ({ url: `https://acct.file.localhost:${port}/docs/a` }),
    "a connection string without a key": (port, file) => ({
        connectionString: `AccountName=acct;BlobEndpoint=https://127.0.0.1:${port}/acct;FileEndpoint=https://127.0.0.1:${port}/acct`,
        ...names(file),
    }),
    "a suffix of a connection string": (port, file) => ({
        connectionString: `AccountName=acct;EndpointSuffix=core.anything.example:${port}`,
        ...names(file),
    }),
};

const handlers: readonly (readonly [string, AnyHandler, file: boolean])[] = [
    ["BlobCopy of a blob", blobCopyHandler as unknown as AnyHandler, false],
    ["BlobCopy of a file", blobCopyHandler as unknown as AnyHandler, true],
    ["FileCopy of a blob", fileCopyHandler as unknown as AnyHandler, false],
    ["FileCopy of a file", fileCopyHandler as unknown as AnyHandler, true],
    ["IncrementalSnapshotCopy", incrementalSnapshotCopyHandler as unknown as AnyHandler, false],
];

const rows = Object.keys(strangers).flatMap((where) =>
    handlers.flatMap(([name, handler, file]) =>
        (["source", "destination"] as const).map((end) => ({ where, name, handler, file, end })),
    ),
);

/** The other end, which gets tokens. */
function trustedEnd(name: string, end: "source" | "destination", file: boolean): BlobLocation {
    const account = storage.simulator.account(end === "source" ? "golden" : "dev");
    const isFile = end === "source" ? file : name.startsWith("FileCopy");
    return isFile
        ? {
              accountName: account.name,
              endpoint: account.fileEndpoint,
              shareName: "docs",
              filePath: end === "source" ? "a" : "b",
          }
        : { ...storage.inputs[end] };
}

function inputsFor({ where, name, file, end }: (typeof rows)[number], port: number, more: Partial<BlobLocation> = {}) {
    const isFile = end === "source" ? file : name.startsWith("FileCopy");
    const own = { ...strangers[where]!(port, isFile), ...more };
    const ends = {
        source: trustedEnd(name, "source", file),
        destination: trustedEnd(name, "destination", file),
        [end]: own,
    };
    return { ...ends, ...(name === "IncrementalSnapshotCopy" ? { takeSnapshot: { deleteSuperseded: true } } : {}) };
}

/** Rows as tests, by what they say. */
const asTests = (all: typeof rows) => all.map((row) => [`${row.where}, as ${row.end} of ${row.name}`, row] as const);

describe("the stack's token never goes to", () => {
    it.each(asTests(rows))("%s", async (_, row) => {
        resolveToThisMachine();
        const lookAlike = await startLookAlike();
        const { asked, user } = stackCredential();
        const told = await live(row.handler, inputsFor(row, lookAlike.port), user);
        expect(lookAlike.authorizations()).toEqual([]);
        expect(asked.filter(({ tenantId }) => tenantId === hostileTenant)).toEqual([]);
        expect(told).toMatch(/give endpoint|must be a page blob in Azure Storage/);
    });
});

/** Those whose account is said by a URL, beside which a credential may stand. */
const rowsByUrl = rows.filter(({ where }) => !where.includes("connection string"));

/** Where the simulated authority is, for credentials that ends have of their own. */
function useAuthority(): Promise<void> {
    return useStack({
        "azure-copy:activeDirectoryAuthorityHost": storage.simulator.entra.authorityHost,
        "azure-copy:disableInstanceDiscovery": "true",
    });
}

describe("a credential that an end has of its own is refused, and gives no token, for", () => {
    it.each(asTests(rowsByUrl))("%s", async (_, row) => {
        resolveToThisMachine();
        await useAuthority();
        const lookAlike = await startLookAlike();
        const { tenantId, clientId, clientSecret } = storage.principal(copier);
        const credential = { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! } as const;
        const inputs = inputsFor(row, lookAlike.port, { credential });
        const { user } = stackCredential();
        const { failures } = await row.handler.check({}, inputs, user.context);
        expect(failures.map(({ reason }) => reason).join()).toMatch(/give(?: it as)? endpoint/);
        await live(row.handler, inputs, user);
        expect(lookAlike.authorizations()).toEqual([]);
    });
});

const source = (more: Partial<BlobLocation>): BlobCopyInputs => ({ ...storage.inputs, source: more });

describe("a source that may not be read with a token", () => {
    it("is told in check and by create, with what to do", async () => {
        resolveToThisMachine();
        const { port } = await startLookAlike();
        const { user } = stackCredential();
        const url = `https://blobs.contoso.example:${port}/images/orders.bak`;
        const inputs = source({ url, accountName: "contoso" });
        const { failures } = await blobCopyHandler.check({}, inputs, user.context);
        expect(failures).toEqual([]);
        const words = `no token of Microsoft Entra ID goes to https://blobs.contoso.example:${port}, which is no host of Azure; if the account is there, give endpoint, containerName and blobName in place of url, or accountKey or sasToken`;
        expect(storage.warnings.join()).toContain(words);
        for (const method of ["auto", "copyBlob", "fromUrl"] as const) {
            await expect(blobCopyHandler.create({ ...inputs, method }, user.context)).rejects.toThrow(words);
        }
        expect(storage.simulator.requests.all().filter(({ headers }) => headers["x-ms-copy-source"])).toEqual([]);
    });

    it("is copied where anybody may read it", async () => {
        const open = storage.simulator.account("open");
        open.createContainer("public", { publicAccess: "blob" });
        open.putBlob("public", "orders.bak", sourceContent);
        const { user } = stackCredential();
        await upOnce(user, undefined, source({ url: `${open.blobEndpoint}/public/orders.bak` }));
        expect(await storage.content("dev")).toBe(sourceContent);
        await storage.blob("dev").delete();
    });

    it("is read with the destination's token where the destination's endpoint is its account", async () => {
        const dev = storage.simulator.account("dev");
        dev.putBlob("seed", "old.bak", sourceContent);
        const { user } = stackCredential();
        const inputs = source({ url: `${dev.blobEndpoint}/seed/old.bak` });
        await upOnce(user, undefined, { ...inputs, method: "fromUrl" });
        expect(readings(storage)).toEqual(["Put Blob From URL: token"]);
        expect(await storage.content("dev")).toBe(sourceContent);
        await storage.blob("dev").delete();
    });

    it("gets none that was found for the same container as an endpoint", async () => {
        const { user } = stackCredential();
        const sources = createSourceReader(user.context.clients, systemClock);
        const checking = { ...user, context: { ...user.context, sources } };
        const { blobEndpoint } = storage.simulator.account("golden");
        await blobCopyHandler.check({}, storage.inputs, checking.context);
        storage.simulator.requests.clear();
        const inputs = source({ url: `${blobEndpoint}/images/orders.bak` });
        await blobCopyHandler.check({}, inputs, checking.context);
        const golden = storage.simulator.requests.all().filter(({ account }) => account === "golden");
        expect(golden).not.toEqual([]);
        expect(golden.filter(({ headers }) => headers.authorization)).toEqual([]);
    });
});

describe("a destination that only a URL or a connection string names", () => {
    it("gets a SAS for the source, and no token", async () => {
        const sharing = await startEntraIdStorage({ sharedKeys: true });
        onTestFinished(() => sharing.close());
        const { connectionString } = sharing.simulator.account("dev");
        const destination = { connectionString, containerName: "seed", blobName: "orders.bak" };
        const user = sharing.as(sharing.credential(sharing.principal(copier)));
        await upOnce(user, undefined, { source: sharing.inputs.source, destination, method: "fromUrl" });
        expect(readings(sharing)).toEqual(["Put Blob From URL: user delegation SAS"]);
        expect(await sharing.content("dev")).toBe(sourceContent);
    });

    it("sees no token for the source in any request", async () => {
        const answer: Answer = (request, response) => {
            const isRead = request.method === "HEAD" || request.method === "GET";
            response.writeHead(isRead ? 404 : 401, {
                "x-ms-error-code": isRead ? "BlobNotFound" : "NoAuthenticationInformation",
            });
            response.end();
        };
        const lookAlike = await startLookAlike(answer);
        const { user } = stackCredential();
        const url = `https://127.0.0.1:${lookAlike.port}/dev/seed/orders.bak`;
        const destination = { url, sasToken: "sv=2026-04-06&sr=b&sp=rwcd&se=2999-12-31T00:00:00Z&sig=c2lnbmF0dXJl" };
        const { source } = storage.inputs;
        await live(blobCopyHandler as unknown as AnyHandler, { source, destination, method: "fromUrl" }, user);
        const copying = lookAlike.requests.filter(({ headers }) => headers["x-ms-copy-source"]);
        expect(copying).not.toEqual([]);
        expect(copying.every(({ headers }) => String(headers["x-ms-copy-source"]).includes("skoid="))).toBe(true);
        expect(lookAlike.authorizations()).toEqual([]);
    });
});

describe("a destination that an older version recorded by its URL", () => {
    /** As it stood in the state of a version that sent tokens there. */
    async function recorded(user: TestStorage) {
        const state = await upOnce(user, undefined, storage.inputs);
        const { blobEndpoint } = storage.simulator.account("dev");
        return { ...state, destination: { url: `${blobEndpoint}/seed/orders.bak` } };
    }

    it("is neither read nor deleted, and stays in the state", async () => {
        const { user } = stackCredential();
        const state = await recorded(user);
        storage.simulator.requests.clear();
        await expect(blobCopyHandler.read(state.url, state, user.context)).rejects.toThrow("give endpoint");
        await expect(blobCopyHandler.delete(state, user.context)).rejects.toThrow("give endpoint");
        expect(storage.simulator.requests.all()).toEqual([]);
        await storage.blob("dev").delete();
    });

    it("is recorded by its endpoint, without a copy, once the program says so", async () => {
        const { user } = stackCredential();
        const old = await recorded(user);
        const state = await upOnce(user, old, storage.inputs);
        expect(readings(storage)).toEqual([]);
        expect(state.destination).toEqual(storage.inputs.destination);
        expect(await storage.content("dev")).toBe(sourceContent);
        await blobCopyHandler.delete(state, user.context);
        expect(await storage.blob("dev").exists()).toBe(false);
    });
});

describe("whatever a challenge says,", () => {
    const management = challenge("https://management.azure.com");

    /** Runs a resource whose source is at a server that refuses with a challenge, and tells what was asked for. */
    async function challenged(answer: Answer, at: (port: number) => BlobLocation) {
        resolveToThisMachine();
        const lookAlike = await startLookAlike(answer);
        const { asked, user } = stackCredential();
        const { shareName } = at(lookAlike.port);
        const handler = (shareName ? fileCopyHandler : blobCopyHandler) as unknown as AnyHandler;
        const destination = shareName ? trustedEnd("FileCopy", "destination", true) : storage.inputs.destination;
        const told = await live(handler, { source: at(lookAlike.port), destination }, user);
        return { lookAlike, asked, told };
    }

    const blob = { containerName: "images", blobName: "orders.bak" };
    const file = { shareName: "docs", filePath: "a" };
    const endpoints: readonly (readonly [string, (port: number) => BlobLocation])[] = [
        ["a blob at an endpoint", (port) => ({ endpoint: `https://blobs.contoso.example:${port}`, ...blob })],
        ["a file at an endpoint", (port) => ({ endpoint: `https://files.contoso.example:${port}`, ...file })],
    ];
    const clouds: typeof endpoints = [
        [
            "a blob of the public cloud",
            (port) => ({ url: `https://acct.blob.core.windows.net:${port}/images/orders.bak` }),
        ],
        [
            "a blob of the US government's cloud",
            (port) => ({ url: `https://acct.blob.core.usgovcloudapi.net:${port}/images/orders.bak` }),
        ],
        [
            "a blob of China's cloud",
            (port) => ({ url: `https://acct.blob.core.chinacloudapi.cn:${port}/images/orders.bak` }),
        ],
    ];

    it.each([...endpoints, ...clouds])("tokens are for Azure Storage: %s", async (_, at) => {
        const { lookAlike, asked, told } = await challenged(management, at);
        expect(lookAlike.authorizations()).not.toEqual([]);
        expect(asked.flatMap(({ scopes }) => scopes).filter((scope) => scope !== storageScope)).toEqual([]);
        expect(told).toContain(
            "it asks for a token for https://management.azure.com, and tokens are for Azure Storage (https://storage.azure.com) alone",
        );
    });

    it.each(endpoints)("tokens are of the credential's own tenant: %s", async (_, at) => {
        const { lookAlike, asked } = await challenged(challenge(), at);
        expect(lookAlike.authorizations()).not.toEqual([]);
        expect(asked.filter(({ tenantId }) => tenantId !== undefined)).toEqual([]);
    });

    it.each(clouds)(
        "a tenant is the one that it names, of an authority that is the credential's own: %s",
        async (_, at) => {
            const { lookAlike, asked } = await challenged(challenge(undefined, "https://login.anything.example"), at);
            expect(lookAlike.authorizations()).not.toEqual([]);
            expect(asked).toContainEqual({ scopes: [storageScope], tenantId: hostileTenant });
        },
    );

    it("claims are not asked for at an endpoint", async () => {
        const claims = Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString("base64");
        const answer: Answer = (_, response) => {
            response.writeHead(401, { "www-authenticate": `Bearer error="insufficient_claims", claims="${claims}"` });
            response.end();
        };
        const seen: GetTokenOptions[] = [];
        resolveToThisMachine();
        const { port } = await startLookAlike(answer);
        const own = storage.credential(storage.principal(copier));
        const noting: TokenCredential = {
            getToken(scopes, options) {
                seen.push(options ?? {});
                return own.getToken(scopes, options);
            },
        };
        const inputs = { source: endpoints[0]![1](port), destination: storage.inputs.destination };
        await live(blobCopyHandler as unknown as AnyHandler, inputs, storage.as(noting));
        expect(seen).not.toEqual([]);
        expect(seen.filter(({ claims }) => claims !== undefined)).toEqual([]);
    });
});

it("no redirect is followed, within a host neither", async () => {
    resolveToThisMachine();
    const other = await startLookAlike();
    for (const status of [301, 302, 307, 308]) {
        for (const target of [`https://localhost:${other.port}/images/orders.bak`, "/elsewhere/orders.bak"]) {
            const redirecting = await startLookAlike((request, response) => {
                response.writeHead(request.url!.startsWith("/images") ? status : 200, { location: target });
                response.end();
            });
            const { user } = stackCredential();
            const endpoint = `https://blobs.contoso.example:${redirecting.port}`;
            const inputs = source({ endpoint, containerName: "images", blobName: "orders.bak" });
            await live(blobCopyHandler as unknown as AnyHandler, inputs, user);
            expect(redirecting.requests.length).toBeGreaterThan(0);
            expect(redirecting.requests.filter(({ url }) => url!.startsWith("/elsewhere"))).toEqual([]);
        }
    }
    expect(other.requests).toEqual([]);
});
