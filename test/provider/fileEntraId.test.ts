// Files copied between accounts that take no shared keys, with the real @azure/identity against the simulated Microsoft Entra ID.

import { ShareServiceClient } from "@azure/storage-file-share";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { generated } from "../../simulator";
import { blobCopyHandler } from "../../src/provider/blobCopy";
import type { BlobCopyInputs } from "../../src/provider/blobCopyTypes";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import type { FileCopyInputs } from "../../src/provider/fileCopyTypes";
import type { AccountName } from "../helpers/accounts";
import { type EntraIdStorage, type Roles, readings, startEntraIdStorage } from "../helpers/entraId";
import type { TestStorage } from "../helpers/storage";
import { upOnceWith } from "../helpers/up";

const MIB = 1024 * 1024;
const content = "what the share holds";
const fileReader = "Storage File Data Privileged Reader";
const fileContributor = "Storage File Data Privileged Contributor";
const fileDelegator = "Storage File Delegator";
const blobReader = "Storage Blob Data Reader";
const blobContributor = "Storage Blob Data Contributor";

/** The smallest roles of a copy by From-URL operations. */
const copier: Roles = { golden: fileReader, dev: fileContributor };

let storage: EntraIdStorage;

beforeEach(async () => {
    storage = await startEntraIdStorage({ copySeconds: 10 });
    for (const name of ["golden", "dev"]) {
        const account = storage.simulator.account(name);
        account.createShare("docs");
        account.putFile("docs", "a", content);
    }
});

afterEach(() => storage.close());

const withRoles = (roles: Roles) => storage.as(storage.credential(storage.principal(roles)));

const file = (account: AccountName, filePath: string) => ({
    accountName: account,
    endpoint: storage.simulator.account(account).fileEndpoint,
    shareName: "docs",
    filePath,
});

/** What is copied: a file of the other account, one of the destination's, or a blob. */
const sources = {
    far: () => file("golden", "a"),
    near: () => file("dev", "a"),
    blob: () => storage.inputs.source,
};

const inputs = (change: Partial<FileCopyInputs> = {}): FileCopyInputs => ({
    source: file("golden", "a"),
    destination: file("dev", "seed/copied"),
    ...change,
});

const up = (user: TestStorage, change?: Partial<FileCopyInputs>) =>
    upOnceWith(fileCopyHandler, user, undefined, inputs(change));

/** A file as anybody sees it who may. */
function client(account: AccountName, filePath = "seed/copied") {
    const { fileEndpoint } = storage.simulator.account(account);
    const credential = storage.credential(storage.principal({ [account]: fileReader }));
    const service = new ShareServiceClient(fileEndpoint, credential, { fileRequestIntent: "backup" });
    const slash = filePath.lastIndexOf("/");
    const directory = service.getShareClient("docs").getDirectoryClient(filePath.slice(0, Math.max(slash, 0)));
    return directory.getFileClient(filePath.slice(slash + 1));
}

async function failure(run: Promise<unknown>): Promise<string> {
    return run.then(
        () => "no failure",
        (error: Error) => error.message,
    );
}

describe("FileCopy with the smallest roles", () => {
    it.each<[string, keyof typeof sources, FileCopyInputs["method"], Roles, string]>([
        ["of a small file across accounts goes by a token", "far", "auto", copier, "Put Range From URL: token"],
        [
            "of a file within an account takes nothing more",
            "near",
            "auto",
            { dev: fileContributor },
            "Copy File: nothing",
        ],
        [
            "by Copy File across accounts takes the role to delegate",
            "far",
            "copyFile",
            { golden: [fileReader, fileDelegator], dev: fileContributor },
            "Copy File: user delegation SAS",
        ],
    ])("%s", async (_, source, method, roles, reading) => {
        const user = withRoles(roles);
        const change = { source: sources[source](), method };
        const state = await up(user, change);
        // The first request finds that the directory is missing.
        expect(new Set(readings(storage))).toEqual(new Set([reading]));
        expect((await client("dev").downloadToBuffer()).toString()).toBe(content);
        expect(JSON.stringify(state)).not.toMatch(/sig=|Bearer|eyJ/);
        const metadata = { stage: "dev" };
        const updated = await fileCopyHandler.update(state, inputs({ ...change, metadata }), user.context);
        expect((await client("dev").getProperties()).metadata).toEqual(metadata);
        expect(await fileCopyHandler.read(updated.url, updated, user.context)).toMatchObject({ etag: updated.etag });
        await fileCopyHandler.delete(updated, user.context);
        expect(await client("dev").exists()).toBe(false);
    });

    it("of a blob takes Storage Blob Data Reader alone", async () => {
        const state = await up(withRoles({ golden: blobReader, dev: fileContributor }), {
            source: storage.inputs.source,
        });
        expect(state.copyOperation).toBe("Put Range From URL");
        expect(state.copyOperationReason).toBe("the source is read with a token, which Copy File does not take");
        expect(new Set(readings(storage))).toEqual(new Set(["Put Range From URL: token"]));
    });

    it("of a large file sends a token and the intent with every request", async () => {
        storage.simulator.account("golden").putFile("docs", "a", generated({ length: 10 * MIB, seed: 1 }));
        await up(withRoles(copier), {});
        const requests = storage.simulator.requests.of("Put Range From URL");
        expect(requests.length).toBeGreaterThanOrEqual(3);
        for (const { headers } of requests) {
            expect(headers["x-ms-copy-source-authorization"]).toBeDefined();
            expect(headers["x-ms-file-request-intent"]).toBe("backup");
        }
        const [source, copy] = await Promise.all([
            client("golden", "a").downloadToBuffer(),
            client("dev").downloadToBuffer(),
        ]);
        expect(copy.equals(source)).toBe(true);
    });

    it("takes over a permission with the same roles", async () => {
        await up(withRoles(copier), { filePermission: "source", fileAttributes: "source" });
        expect((await client("dev").getProperties()).filePermissionKey).toBeDefined();
    });
});

describe("a user delegation SAS for a file", () => {
    it.each([
        ["1h", 25],
        ["14d", 7 * 24 - 1],
    ])("reads this one file over https, for a timeout of %s", async (timeout, hours) => {
        const before = storage.clock.now();
        const roles: Roles = { golden: [fileReader, fileDelegator], dev: fileContributor };
        await up(withRoles(roles), { method: "copyFile", timeout });
        const { headers } = storage.simulator.requests.of("Copy File").at(-1)!;
        const sas = new URL(headers["x-ms-copy-source"]!).searchParams;
        expect(Object.fromEntries(sas)).toMatchObject({ sp: "r", spr: "https", sr: "f", sks: "f" });
        const time = (name: string) => Date.parse(sas.get(name)!);
        expect(time("st") - before).toBeLessThanOrEqual(-15 * 60_000);
        expect(Math.abs(time("se") - before - hours * 3_600_000)).toBeLessThan(60_000);
    });
});

describe("a missing role of Azure Files", () => {
    it.each<[string, keyof typeof sources, FileCopyInputs["method"], Roles, string]>([
        [
            "to read the source",
            "far",
            "auto",
            { dev: fileContributor },
            `/golden/docs/a: assign it ${fileReader}, on the share`,
        ],
        [
            "to read a blob",
            "blob",
            "auto",
            { dev: fileContributor },
            `/golden/images/orders.bak: assign it ${blobReader}, on the container`,
        ],
        [
            "to write",
            "far",
            "auto",
            { golden: fileReader, dev: fileReader },
            `: assign it ${fileContributor}, on the share`,
        ],
        [
            "to write by Copy File",
            "far",
            "copyFile",
            { golden: [fileReader, fileDelegator], dev: fileReader },
            `: assign it ${fileContributor}, on the share`,
        ],
        [
            "to write, where there is one for blobs,",
            "far",
            "auto",
            { golden: fileReader, dev: [blobContributor, fileReader] },
            `: assign it ${fileContributor}, on the share`,
        ],
    ])("%s is named with its end, after five minutes of waiting", async (_, source, method, roles, words) => {
        const started = storage.clock.now();
        const user = withRoles(roles);
        const message = await failure(
            fileCopyHandler.create(inputs({ source: sources[source](), method }), user.context),
        );
        expect(message).toContain("AuthorizationPermissionMismatch");
        expect(message).toContain(words);
        expect(message).not.toMatch(/sig=|eyJ/);
        expect((storage.clock.now() - started) / 1_000).toBeCloseTo(300, -1);
    });

    it("to make a user delegation SAS is named", async () => {
        const principal = storage.principal({ golden: fileReader, dev: fileContributor });
        const { context } = storage.as(storage.credential(principal));
        const message = await failure(fileCopyHandler.create(inputs({ method: "copyFile" }), context));
        expect(message).toContain("could not get a user delegation key, to sign a SAS for");
        expect(message).toContain(`assign it ${fileDelegator}, on the account`);
        storage.simulator.account("golden").assignRole(principal, fileDelegator);
        const { state } = await fileCopyHandler.create(inputs({ method: "copyFile" }), context);
        expect(state.copyStatus).toBe("success");
    });

    it.each(["auto", "copyFile", "fromUrl"] as const)("that takes effect later is waited for (%s)", async (method) => {
        const principal = storage.principal({});
        const { simulator } = storage;
        simulator.account("dev").assignRole(principal, fileContributor, { effectiveAfterSeconds: 120 });
        for (const role of [fileReader, fileDelegator] as const) {
            simulator.account("golden").assignRole(principal, role, { effectiveAfterSeconds: 200 });
        }
        const user = storage.as(storage.credential(principal));
        const { state } = await fileCopyHandler.create(inputs({ method }), user.context);
        expect(state.copyStatus).toBe("success");
        expect((await client("dev").downloadToBuffer()).toString()).toBe(content);
        expect(storage.warnings[0]).toContain("waiting for a role assignment to take effect");
    });
});

describe("BlobCopy from a file", () => {
    const blobInputs = (change: Partial<BlobCopyInputs> = {}): BlobCopyInputs => ({
        source: file("golden", "a"),
        destination: storage.inputs.destination,
        ...change,
    });

    it("reads it with a token and the intent, without a credential of its own", async () => {
        const user = withRoles({ golden: fileReader, dev: blobContributor });
        const checked = await blobCopyHandler.check({}, blobInputs(), user.context);
        expect(checked.failures).toEqual([]);
        const { state } = await blobCopyHandler.create(checked.inputs, user.context);
        expect(readings(storage)).toEqual(["Put Block From URL: token"]);
        expect(storage.simulator.requests.of("Put Block From URL")[0]!.headers["x-ms-file-request-intent"]).toBe(
            "backup",
        );
        expect(await storage.content("dev")).toBe(content);
        expect(JSON.stringify(state)).not.toMatch(/sig=|Bearer|eyJ/);
    });

    it.each<[string, Partial<BlobCopyInputs>]>([
        ["Put Page From URL", { blobType: "PageBlob" }],
        ["Append Block From URL", { blobType: "AppendBlob" }],
    ])("reads it with a token by %s", async (operation, change) => {
        storage.simulator.account("golden").putFile("docs", "a", Buffer.alloc(1_024, 7));
        await blobCopyHandler.create(
            blobInputs(change),
            withRoles({ golden: fileReader, dev: blobContributor }).context,
        );
        expect(new Set(readings(storage))).toEqual(new Set([`${operation}: token`]));
        expect(await storage.blob("dev").downloadToBuffer()).toEqual(Buffer.alloc(1_024, 7));
    });

    it("leaves blobs as sources without the intent", async () => {
        const user = withRoles({ golden: blobReader, dev: blobContributor });
        await blobCopyHandler.create({ ...storage.inputs, method: "fromUrl" }, user.context);
        const [request] = storage.simulator.requests.of("Put Blob From URL");
        expect(request!.headers["x-ms-file-request-intent"]).toBeUndefined();
    });

    it.each(["auto", "fromUrl"] as const)("names the role that it lacks there (%s)", async (method) => {
        const user = withRoles({ golden: blobReader, dev: blobContributor });
        const message = await failure(blobCopyHandler.create(blobInputs({ method }), user.context));
        expect(message).toContain(`/golden/docs/a: assign it ${fileReader}, on the share or its account`);
    });
});
