// Accounts as they are reached elsewhere than in the public cloud: other clouds, private endpoints, custom domains, emulators. All over https, by
// key and with Entra ID, by both methods.

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { blobCopyHandler as handler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import type { AccountName } from "../helpers/accounts";
import { copier, type EntraIdStorage, readings, startEntraIdStorage } from "../helpers/entraId";
import { resolveToThisMachine, serveDomain } from "../helpers/hosts";
import { useStack } from "../helpers/stackConfig";
import { sourceContent, type TestStorage } from "../helpers/storage";
import { upOnce } from "../helpers/up";

let storage: EntraIdStorage;
let user: TestStorage;

beforeAll(async () => {
    storage = await startEntraIdStorage({ sharedKeys: true });
    user = storage.as(storage.credential(storage.principal(copier)));
});

afterAll(() => storage.close());

beforeEach(() => storage.simulator.requests.clear());

const portOf = (account: AccountName) => new URL(storage.simulator.account(account).blobEndpoint).port;
const named = { golden: "images/orders.bak", dev: "seed/orders.bak" };
const parts = (account: AccountName) => {
    const [containerName, blobName] = named[account].split("/");
    return { containerName: containerName!, blobName: blobName! };
};

/** How an end is said to be, and the host that its requests go to. */
type End = (account: AccountName) => Promise<{ end: BlobCopyInputs["source"]; host: string }>;

/** An account of a cloud by its URL, which needs nothing else. */
const ofCloud =
    (suffix: string): End =>
    async (account) => {
        const host = `${account}.blob.${suffix}:${portOf(account)}`;
        return { end: { url: `https://${host}/${named[account]}` }, host };
    };

const ends: Readonly<Record<string, End>> = {
    "in the US government's cloud": ofCloud("core.usgovcloudapi.net"),
    "in China": ofCloud("core.chinacloudapi.cn"),
    "by the route over the internet": async (account) => {
        const host = `${account}-internetrouting.blob.core.windows.net:${portOf(account)}`;
        return { end: { url: `https://${host}/${named[account]}` }, host };
    },
    "behind a private endpoint, whose name is the account's own": ofCloud("core.windows.net"),
    "by an endpoint of another cloud": async (account) => {
        const host = `${account}.blob.core.chinacloudapi.cn:${portOf(account)}`;
        return { end: { endpoint: `https://${host}/`, ...parts(account) }, host };
    },
    "under a custom domain": async (account) => {
        const { port } = await serveDomain(storage.simulator.account(account));
        const host = `${account}-blobs.contoso.example:${port}`;
        return { end: { endpoint: `https://${host}`, accountName: account, ...parts(account) }, host };
    },
    "under a custom domain, by URL": async (account) => {
        const { port } = await serveDomain(storage.simulator.account(account));
        const host = `${account}-blobs.contoso.example:${port}`;
        return { end: { url: `https://${host}/${named[account]}`, accountName: account }, host };
    },
    "of an emulator, with the account in the path": async (account) => {
        const { host, pathname } = new URL(storage.simulator.account(account).blobEndpoint);
        return { end: { url: `https://${host}${pathname}/${named[account]}` }, host: `${host}${pathname}` };
    },
    "of an emulator, by endpoint": async (account) => {
        const { blobEndpoint } = storage.simulator.account(account);
        return { end: { endpoint: blobEndpoint, ...parts(account) }, host: `${new URL(blobEndpoint).host}/${account}` };
    },
    "by a suffix of the stack's config": async (account) => {
        const { port } = await serveDomain(storage.simulator.account(account));
        const host = `${account}.blob.local.azurestack.external:${port}`;
        return { end: { url: `https://${host}/${named[account]}` }, host };
    },
};

/** Hosts that only a URL names, and that are none of Azure's, get no token: see tokens.test.ts. */
const withoutTokens = ["under a custom domain, by URL", "of an emulator, with the account in the path"];

const readingBy = {
    key: { copyBlob: "Copy Blob: SAS", fromUrl: "Put Blob From URL: SAS" },
    "Entra ID": { copyBlob: "Copy Blob: user delegation SAS", fromUrl: "Put Blob From URL: token" },
} as const;

type Row = [where: string, credential: keyof typeof readingBy, method: "copyBlob" | "fromUrl"];

const rows = Object.keys(ends).flatMap((where) =>
    (["key", "Entra ID"] as const).flatMap((credential) =>
        (["copyBlob", "fromUrl"] as const).map((method): Row => [where, credential, method]),
    ),
);

/** What the service makes of a token for a source under a custom domain is told nowhere; so nothing is claimed here. */
const isKnown = ([where, credential, method]: Row) =>
    !(where.includes("custom domain") && credential === "Entra ID" && method === "fromUrl") &&
    !(withoutTokens.includes(where) && credential === "Entra ID");

it.each(rows.filter(isKnown))("copies between accounts %s, by %s and %s", async (where, credential, method) => {
    resolveToThisMachine();
    await useStack({ "azure-copy:storageSuffixes": "core.example.gov, local.azurestack.external" });
    const [golden, dev] = await Promise.all([ends[where]!("golden"), ends[where]!("dev")]);
    const keyOf = (account: AccountName) =>
        credential === "key" ? { accountKey: storage.simulator.account(account).key } : {};
    const inputs: BlobCopyInputs = {
        source: { ...golden.end, ...keyOf("golden") },
        destination: { ...dev.end, ...keyOf("dev") },
        method,
    };
    const state = await upOnce(user, undefined, inputs);
    expect(readings(storage)).toEqual([readingBy[credential][method]]);
    expect(state.url).toBe(`https://${dev.host}/${named.dev}`);
    expect(state.sourceUrl).toBe(`https://${golden.host}/${named.golden}`);
    expect(await storage.content("dev")).toBe(sourceContent);
    expect(await upOnce(user, state, inputs)).toBe(state);
    expect(await handler.read(state.url, state, user.context)).toMatchObject({ etag: state.etag });
    await handler.delete(state, user.context);
    expect(await storage.blob("dev").exists()).toBe(false);
});
