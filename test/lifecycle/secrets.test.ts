// Every kind of secret, marked, with every resource, at every moment: nowhere in plain text, and in no other form. Not in the state, not in what
// the CLI prints, its events, its log, or what the provider's process prints; and the new one is used once it was rotated.

import { createPrivateKey, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
    AccountSASPermissions,
    BlobServiceClient,
    generateAccountSASQueryParameters,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { generate } from "selfsigned";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { BuiltInRole } from "../../simulator";
import type { ServicePrincipalCredentialArgs } from "../../src";
import { cpkInfo } from "../../src/storage/encryption";
import type { AccountName } from "../helpers/accounts";
import { startGoogleCloudStorage, type TestGoogleCloudStorage } from "../helpers/googleCloudStorage";
import { MarkedSecrets } from "../helpers/markedSecrets";
import { accessKey, startS3, type TestS3 } from "../helpers/s3";
import { type Operation, type Program, type TestStack, withStack } from "../helpers/stack";
import { startStorage, type TestStorage } from "../helpers/storage";
import { trustCertificate } from "../helpers/trustCertificate";

let storage: TestStorage;
let s3: TestS3;
let google: TestGoogleCloudStorage;
let folder: string;
let secrets: MarkedSecrets;

beforeEach(async () => {
    [storage, s3, google] = await Promise.all([startStorage({ https: true }), startS3(), startGoogleCloudStorage()]);
    folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-secrets-"));
    secrets = new MarkedSecrets();
    storage.simulator.account("golden").createShare("docs");
    storage.simulator.account("dev").createShare("seed");
    await blob("golden", "images/disk.vhd").getPageBlobClient().create(1024);
    trustCertificate();
    vi.stubEnv("AZURE_AUTHORITY_HOST", storage.simulator.entra.authorityHost);
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
    vi.stubEnv("AZURE_LOG_LEVEL", "verbose");
    // The folder of this project has the libraries of other vendors.
    vi.stubEnv("NODE_PATH", resolve(__dirname, "../../node_modules"));
});

afterEach(async () => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    await Promise.all([storage.close(), s3.close(), google.close()]);
});

/** All that authorizes, as it is at a time. */
interface Credentials {
    readonly accountKey: Record<AccountName, string>;
    readonly connectionString: Record<AccountName, string>;
    readonly sasToken: Record<AccountName, string>;
    readonly clientSecret: ServicePrincipalCredentialArgs;
    readonly certificate: ServicePrincipalCredentialArgs;
}

/** Of the principals that are in use. */
const roles: { remove(): void }[] = [];

/** New keys, SAS and service principals in place of those before, which authorize nothing any more. */
async function issue(): Promise<Credentials> {
    for (const role of roles.splice(0)) {
        role.remove();
    }
    const ofAccount = (account: AccountName) => {
        const handle = storage.simulator.account(account);
        handle.regenerateKey("key1");
        const token = generateAccountSASQueryParameters(
            {
                services: "bf",
                resourceTypes: "sco",
                permissions: AccountSASPermissions.parse("rwdlacup"),
                expiresOn: new Date(Date.now() + 86_400_000),
            },
            new StorageSharedKeyCredential(account, handle.key),
        ).toString();
        secrets.mark(`the signature of ${account}'s SAS`, new URLSearchParams(token).get("sig")!);
        return {
            accountKey: secrets.mark(`${account}'s key`, handle.key),
            connectionString: secrets.mark(`${account}'s connection string`, handle.connectionString),
            sasToken: secrets.mark(`${account}'s SAS`, token),
        };
    };
    const [golden, dev] = [ofAccount("golden"), ofAccount("dev")];
    return {
        accountKey: { golden: golden.accountKey, dev: dev.accountKey },
        connectionString: { golden: golden.connectionString, dev: dev.connectionString },
        sasToken: { golden: golden.sasToken, dev: dev.sasToken },
        clientSecret: principalWithSecret("golden", "Storage Blob Data Reader"),
        certificate: await principalWithCertificate("dev", "Storage Blob Data Contributor"),
    };
}

function principalWithSecret(account: AccountName, role: BuiltInRole): ServicePrincipalCredentialArgs {
    const principal = storage.simulator.entra.addServicePrincipal();
    roles.push(storage.simulator.account(account).assignRole(principal, role));
    const clientSecret = secrets.mark("a client secret", principal.clientSecret!);
    return { type: "servicePrincipal", tenantId: principal.tenantId, clientId: principal.clientId, clientSecret };
}

async function principalWithCertificate(
    account: AccountName,
    role: BuiltInRole,
): Promise<ServicePrincipalCredentialArgs> {
    const { cert, private: key } = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
    const principal = storage.simulator.entra.addServicePrincipal({ certificate: cert });
    const { tenantId, clientId } = principal;
    roles.push(storage.simulator.account(account).assignRole(principal, role));
    const certificatePassword = secrets.mark("a certificate's password", `"${randomBytes(12).toString("base64")}/\\ö`);
    const encrypted = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: certificatePassword } as const;
    const certificatePath = join(folder, `${clientId}.pem`);
    writeFileSync(certificatePath, `${createPrivateKey(key).export(encrypted)}\n${cert}`);
    return { type: "servicePrincipal", tenantId, clientId, certificatePath, certificatePassword };
}

/** A blob as the test itself sees it, by the key that it does not rotate. */
function blob(account: AccountName, path: string) {
    const { blobEndpoint, secondaryKey } = storage.simulator.account(account);
    const service = new BlobServiceClient(blobEndpoint, new StorageSharedKeyCredential(account, secondaryKey));
    const [container, ...name] = path.split("/");
    return service.getContainerClient(container!).getBlobClient(name.join("/"));
}

const url = (account: AccountName, path: string) => `${storage.simulator.account(account).blobEndpoint}/${path}`;

/** What no secret is, and must be found wherever secrets are looked for. */
const marker = `marker-${randomUUID()}`;

/** What a test changes between two operations. */
interface Current {
    credentials: Credentials;
    readonly customerProvidedKey: Record<"source" | "destination", string>;
    /** What the program marks as secret. */
    readonly marked: Record<"folder" | "owner", string>;
    snapshot: string;
    /** Inputs that check refuses. */
    mistakes?: (pulumi: Modules["pulumi"]) => Record<string, unknown>;
}

type Modules = Parameters<Program>[0];

/** One resource for each kind of secret, of each type one at least. The program marks as secret only what is none by itself. */
function programOf(current: Current): Program {
    return ({ copy, pulumi }) => {
        const { accountKey, connectionString, sasToken, clientSecret, certificate } = current.credentials;
        const golden = { endpoint: url("golden", "").slice(0, -1), accountName: "golden", containerName: "images" };
        const dev = { endpoint: url("dev", "").slice(0, -1), accountName: "dev", containerName: "seed" };
        const to = (name: string) => ({ ...dev, blobName: `${marker}/${name}` });
        const options = { timeout: "4s", method: "copyBlob" } as const;
        if (current.mistakes) {
            new copy.BlobCopy(marker, current.mistakes(pulumi) as never);
            return {};
        }
        const keys = new copy.BlobCopy("keys", {
            source: { ...golden, accountKey: accountKey.golden, blobName: "encrypted.bak" },
            destination: {
                connectionString: connectionString.dev,
                containerName: "seed",
                blobName: `${marker}/encrypted`,
            },
            customerProvidedKey: current.customerProvidedKey.destination,
            sourceCustomerProvidedKey: current.customerProvidedKey.source,
            timeout: "4s",
        });
        const sas = new copy.BlobCopy("sas", {
            source: `${url("golden", "images/orders.bak")}?${sasToken.golden}`,
            destination: { url: url("dev", `seed/${marker}/sas`), sasToken: `?${sasToken.dev}` },
            ...options,
        });
        new copy.BlobCopy("principals", {
            source: { ...golden, blobName: "orders.bak", credential: clientSecret },
            destination: { ...to("principals"), credential: certificate },
            ...options,
        });
        new copy.BlobCopy("marked", {
            source: pulumi.secret(`${url("golden", `images/${current.marked.folder}/orders.bak`)}?${sasToken.golden}`),
            destination: { ...to("marked"), accountKey: accountKey.dev },
            metadata: { owner: pulumi.secret(current.marked.owner) },
            ...options,
        });
        new copy.BlobCopy("s3", {
            source: { s3: s3.location() },
            destination: { ...to("s3"), accountKey: accountKey.dev },
            ...options,
        });
        new copy.BlobCopy("google", {
            source: { googleCloudStorage: google.location() },
            destination: { ...to("google"), accountKey: accountKey.dev },
            ...options,
        });
        new copy.FileCopy("file", {
            source: {
                endpoint: storage.simulator.account("golden").fileEndpoint,
                shareName: "docs",
                filePath: "app/settings.json",
                sasToken: sasToken.golden,
            },
            destination: {
                connectionString: connectionString.dev,
                shareName: "seed",
                filePath: `${marker}/settings.json`,
            },
            timeout: "4s",
        });
        new copy.IncrementalSnapshotCopy("snapshots", {
            source: { connectionString: connectionString.golden, containerName: "images", blobName: "disk.vhd" },
            snapshot: `${url("golden", "images/disk.vhd")}?snapshot=${current.snapshot}&${sasToken.golden}`,
            destination: `${url("dev", `seed/${marker}/disk.vhd`)}?${sasToken.dev}`,
            deleteSnapshots: true,
            timeout: "4s",
        });
        const read = copy.BlobCopy.get(marker, `${url("dev", "seed/there")}?${sasToken.dev}`);
        return { url: keys.url, source: sas.sourceUrl, length: read.contentLength };
    };
}

const copies = ["file", "google", "keys", "marked", "principals", "s3", "sas", "snapshots"];
const each = (step: string) => Object.fromEntries(copies.map((name) => [name, [step]]));

/** Changes every source, so that everything is copied again. */
async function changeSources(current: Current, content: string): Promise<void> {
    const golden = storage.simulator.account("golden");
    golden.putBlob("images", "orders.bak", content);
    golden.putBlob("images", `${current.marked.folder}/orders.bak`, content);
    golden.putFile("docs", "app/settings.json", content);
    google.put(content);
    await s3.put(content);
    const customerProvidedKey = cpkInfo(current.customerProvidedKey.source);
    const encrypted = blob("golden", "images/encrypted.bak").getBlockBlobClient();
    await encrypted.upload(content, content.length, { customerProvidedKey });
    const disk = blob("golden", "images/disk.vhd").getPageBlobClient();
    await disk.uploadPages(Buffer.alloc(512, content), 0, 512);
    current.snapshot = (await disk.createSnapshot()).snapshot!;
}

/**
 * What the engine itself logs of the properties of any resource of any package, with secrets as they are: how it sends and receives them, how it
 * compares them, and what Pulumi's SDK says of its answer. It does so whether or not they are marked as secret.
 */
const engineLine =
    /^\{"time":"[^"]+","level":"\w+","msg":"(?:(?:M|Unm)arshaling property for RPC\[|Planner decided to |(?:eventSink::Debug\(<\{%reset%\}>)?(?:Register|Read)Resource RPC finished: )/;

/** A log of the engine: its own dumps of properties, and all else, which our resources and our provider have a hand in. */
function sorted(log: string): { dumps: string; rest: string } {
    const lines = log.split("\n");
    const ofEngine = (line: string) => engineLine.test(line);
    return {
        dumps: lines.filter(ofEngine).join("\n"),
        rest: lines.filter((line) => !ofEngine(line)).join("\n"),
    };
}

it("shows no secret at any moment, and uses the new ones once they were rotated", async () => {
    const customerProvidedKey = {
        source: secrets.mark("the source's customer-provided key", randomBytes(32).toString("base64")),
        destination: secrets.mark("the destination's customer-provided key", randomBytes(32).toString("base64")),
    };
    secrets.mark("the access key's ID", accessKey.accessKeyId);
    secrets.mark("the access key", accessKey.secretAccessKey);
    secrets.mark("the service account's private key", JSON.parse(google.credentials).private_key.split("\n")[1]);
    const marked = {
        folder: secrets.mark("a folder that the program marks as secret", `folder-${randomUUID()}`),
        owner: secrets.mark("metadata that the program marks as secret", `owner-${randomUUID()}`),
    };
    const current: Current = { credentials: await issue(), customerProvidedKey, marked, snapshot: "" };
    await changeSources(current, "first");
    await blob("dev", "seed/there").getBlockBlobClient().upload("there", 5);
    const { simulator } = storage;
    /** Where secrets were looked for, by moment: the places that held something, the marker at least. */
    const places: Record<string, string[]> = {};
    const dumped = new Set<string>();
    const refusedByCheck: string[] = [];

    await withStack(programOf(current), async (stack: TestStack) => {
        const verbose = { logToStdErr: true, logVerbosity: 9, logFlow: true };
        async function look(moment: string, run: () => Promise<Operation>): Promise<Operation> {
            const operation = await run();
            const { dumps, rest } = sorted(operation.log);
            const texts = {
                transcript: operation.transcript,
                log: rest,
                outputs: JSON.stringify(operation.outputs),
                state: stack.onDisk(),
            };
            for (const [place, text] of Object.entries(texts)) {
                expect(secrets.in(text), `${place} at ${moment}`).toEqual([]);
            }
            places[moment] = Object.entries(texts).flatMap(([place, text]) => (text.includes(marker) ? [place] : []));
            for (const name of secrets.namesIn(dumps)) {
                dumped.add(name);
            }
            return operation;
        }

        const before = secrets.names;
        const folder = secrets.mark("a file path that the program marks as secret", `path-${randomUUID()}`);
        const tier = secrets.mark("a tier that the program marks as secret", `tier-${randomUUID()}`);
        const tag = secrets.mark("tags that the program marks as secret", `tag-${randomUUID()}`);
        const tooShort = secrets.mark("a key that is too short", randomUUID());
        const password = secrets.mark("a password in a URL", randomUUID());
        refusedByCheck.push(...secrets.names.filter((name) => !before.includes(name)));
        current.mistakes = (pulumi) => ({
            source: { accountKey: current.credentials.accountKey.golden, containerName: "images", blobName: "a" },
            destination: {
                endpoint: `https://me:${password}@contoso.com`,
                containerName: "seed",
                blobName: "a",
                credential: { ...current.credentials.certificate, clientId: "deployer" },
            },
            customerProvidedKey: tooShort,
            accessTier: pulumi.secret(tier),
            tags: pulumi.secret({ [tag]: "é" }),
            blobHTTPHeaders: { blobContentMD5: pulumi.secret(folder) },
        });
        const refused = await look("mistakes", () => stack.preview(verbose));
        expect(refused.transcript).toContain("source lacks the storage account");
        expect(refused.transcript).toContain("destination.endpoint must be a blob service's URL");
        expect(refused.transcript).toContain("destination.credential.clientId must be an application's ID");
        expect(refused.transcript).toContain("customerProvidedKey must be an AES-256 key");
        expect(refused.transcript).toMatch(/accessTier must be one of [\w, ]+(?! \(got)/);
        expect(refused.transcript).toMatch(/tags must have a value of at most 256 [^(]+(?! \(got)/);
        expect(refused.transcript).toContain("blobHTTPHeaders.blobContentMD5 must be an MD5");
        current.mistakes = undefined;

        expect((await look("preview", () => stack.preview(verbose))).steps).toEqual({
            ...each("create"),
            [marker]: ["read"],
        });

        const slow = [
            simulator.copies.add({ seconds: 60 }),
            simulator.faults.add({ operation: "Put Blob From URL", hang: true }),
        ];
        const late = await look("timeout", () => stack.up({ ...verbose, continueOnError: true }));
        expect(late.failed).toEqual(copies);
        expect(late.transcript).toContain("still pending at its timeout");
        expect(stack.onDisk()).toContain("still pending at its timeout");
        for (const rule of slow) {
            rule.remove();
        }
        storage.clock.advance(60_000);

        const success = await look("success", () => stack.up(verbose));
        expect(success.failed).toEqual([]);
        expect(success.outputs).toMatchObject({ url: url("dev", `seed/${marker}/encrypted`), length: 5 });
        // What the provider's process prints is among what the CLI prints: here the Azure SDK's own log.
        expect(success.transcript).toContain("azure:storage-blob:info");
        expect(success.transcript).toContain("sig=REDACTED");

        current.credentials = await issue();
        simulator.requests.clear();
        const rotation = await look("rotation", () => stack.up(verbose));
        expect(rotation.steps).toMatchObject(each("update"));
        expect(rotation.error).toBeUndefined();
        // Only check looks at the sources, as it does in every up; and what is no resource of ours to change is read.
        const asked = simulator.requests.all().filter(({ account, blob: name }) => account && name !== "there");
        expect(new Set(asked.map(({ operation, account }) => `${operation} ${account}`))).toEqual(
            new Set(["Get Blob Properties golden", "Get File Properties golden"]),
        );
        const refresh = await look("refresh", () => stack.refresh(verbose));
        expect(refresh.error).toBeUndefined();

        await changeSources(current, "second");
        const failing = [
            ...["google", "marked", "principals", "s3", "sas"].map((name) =>
                // Once, since putting the old content back is a copy, too.
                simulator.copies.add({ blob: `${marker}/${name}`, fail: "500 InternalServerError", times: 1 }),
            ),
            simulator.copies.add({ share: "seed", fail: "500 InternalServerError" }),
            ...["Put Blob From URL", "Incremental Copy Blob"].map((operation) =>
                simulator.faults.add({ operation, status: 403, errorCode: "AuthorizationFailure" }),
            ),
        ];
        const failure = await look("failure", () => stack.up({ ...verbose, continueOnError: true }));
        expect(failure.failed).toEqual(copies);
        expect(failure.transcript).toContain("ended as failed");
        for (const rule of failing) {
            rule.remove();
        }

        const fault = simulator.faults.add({ account: "dev", status: 403, errorCode: "AuthorizationFailure" });
        const blind = await look("failed refresh", () => stack.refresh(verbose));
        expect(blind.failed).toEqual([...copies, marker].sort());
        expect(blind.transcript).toContain("403 AuthorizationFailure");
        fault.remove();

        const exported = stack.exported();
        expect(secrets.in(exported)).toEqual([]);
        expect(exported).toContain(marker);
        expect(exported).toContain("ciphertext");

        expect((await look("delete", () => stack.destroy(verbose))).error).toBeUndefined();
        for (const name of ["encrypted", "sas", "principals", "s3", "google", "marked", "disk.vhd"]) {
            expect(await blob("dev", `seed/${marker}/${name}`).exists(), name).toBe(false);
        }

        const history = stack.history();
        expect(secrets.in(history.join("\n"))).toEqual([]);
        expect(history.filter((text) => text.includes(marker)).length).toBeGreaterThan(10);
    });
    const everywhere = ["transcript", "log", "outputs", "state"];
    expect(places).toEqual({
        mistakes: ["transcript", "log"],
        preview: ["transcript", "log"],
        timeout: ["transcript", "log", "state"],
        success: everywhere,
        rotation: everywhere,
        refresh: everywhere,
        failure: ["transcript", "log", "state"],
        "failed refresh": ["transcript", "log", "state"],
        delete: ["transcript", "log"],
    });
    // Each has gone through the engine, and would have been found; what check refuses, which the engine doesn't log, is in check's messages by its property.
    expect([...dumped].sort()).toEqual(secrets.names.filter((name) => !refusedByCheck.includes(name)));
});

it("keeps secret what follows from what a program marks as secret, as long as it does", async () => {
    const folder = `folder-${randomUUID()}`;
    const name = `name-${randomUUID()}`;
    const owner = `owner-${randomUUID()}`;
    const type = `text/${randomUUID()}`;
    const golden = storage.simulator.account("golden");
    golden.putBlob("images", `${folder}/orders.bak`, "first");
    golden.putFile("docs", `${folder}/settings.json`, "{}");
    storage.simulator.account("dev").putBlob("seed", `${name}-there`, "there");
    let isMarked = true;
    const program: Program = ({ copy, pulumi }) => {
        const secret = <Value>(value: Value) => (isMarked ? pulumi.secret(value) : pulumi.output(value));
        const { connectionString } = storage.simulator.account("dev");
        const blob = new copy.BlobCopy("blob", {
            source: { url: secret(url("golden", `images/${folder}/orders.bak`)), accountKey: golden.key },
            destination: { connectionString, containerName: "seed", blobName: secret(name) },
            metadata: { owner: secret(owner) },
            blobHTTPHeaders: { blobContentType: secret(type) },
            method: "copyBlob",
        });
        const file = new copy.FileCopy("file", {
            source: {
                connectionString: golden.connectionString,
                shareName: "docs",
                filePath: secret(`${folder}/settings.json`),
            },
            destination: secret({ connectionString, shareName: "seed", filePath: name }),
            fileHttpHeaders: secret({ fileContentType: type }),
        });
        const read = copy.BlobCopy.get("read", secret(url("dev", `seed/${name}-there`)), {
            destination: { accountKey: storage.simulator.account("dev").key },
        });
        return {
            url: blob.url,
            sourceUrl: blob.sourceUrl,
            contentType: blob.contentType,
            fileUrl: file.url,
            readUrl: read.url,
            etag: blob.etag,
        };
    };
    /** What is secret among the outputs of the program, by name. */
    const secretOutputs = async ({ stack }: TestStack) =>
        Object.entries(await stack.outputs())
            .filter(([, { secret }]) => secret)
            .map(([output]) => output)
            .sort();
    const derived = ["contentType", "fileUrl", "readUrl", "sourceUrl", "url"];
    /** A state without what can't be secret: IDs, which are URLs of destinations. */
    const withoutIds = (text: string) =>
        text.replace(/"id":\s*"[^"]*"/g, "").replace(/\bReadResource RPC prepared: id=[^\s,]+/g, "");
    const expectHidden = (stack: TestStack, when: string) => {
        for (const text of [stack.onDisk(), stack.exported()]) {
            const state = withoutIds(text);
            for (const value of [folder, owner, type, name]) {
                expect(state, `${value} ${when}`).not.toContain(value);
            }
        }
    };

    await withStack(program, async (stack) => {
        const up = await stack.up();
        expect(up.error).toBeUndefined();
        expect(await blob("dev", `seed/${name}`).downloadToBuffer()).toEqual(Buffer.from("first"));
        expect(await secretOutputs(stack)).toEqual(derived);
        expect((await stack.stack.outputs()).sourceUrl!.value).toBe(url("golden", `images/${folder}/orders.bak`));
        expectHidden(stack, "after up");
        for (const value of [folder, owner, type, name]) {
            // IDs aside, of which a preview and an update tell.
            expect(withoutIds(up.transcript), value).not.toContain(value);
        }
        expect((await stack.up()).steps).toEqual({ blob: ["same"], file: ["same"], read: ["read"] });

        storage.simulator.account("dev").putBlob("seed", name, "drifted", { contentType: type });
        expect((await stack.refresh()).error).toBeUndefined();
        expectHidden(stack, "after refresh");
        expect(await secretOutputs(stack)).toEqual(derived);
        golden.putBlob("images", `${folder}/orders.bak`, "second");
        const failed = await stack.up({ continueOnError: true });
        expect(failed.failed).toEqual(["blob"]);
        expect(failed.transcript).toContain("was changed by somebody else");
        expectHidden(stack, "after a failure");
        await blob("dev", `seed/${name}`).delete();
        expect((await stack.up()).error).toBeUndefined();
        expectHidden(stack, "after another copy");

        isMarked = false;
        expect((await stack.up()).steps).toEqual({ blob: ["update"], file: ["update"], read: ["read"] });
        expect(await secretOutputs(stack)).toEqual([]);
        isMarked = true;
        expect((await stack.up()).steps).toEqual({ blob: ["update"], file: ["update"], read: ["read"] });
        expect(await secretOutputs(stack)).toEqual(derived);
        expectHidden(stack, "once it is marked again");
        expect((await stack.destroy()).error).toBeUndefined();
        expect(await blob("dev", `seed/${name}`).exists()).toBe(false);
    });
});
