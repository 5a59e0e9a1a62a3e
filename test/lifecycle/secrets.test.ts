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
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { BuiltInRole } from "../../simulator";
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
    [storage, s3, google] = await Promise.all([
        startStorage({ realTime: true, https: true }),
        startS3(),
        startGoogleCloudStorage(),
    ]);
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
    readonly clientSecret: Record<string, string>;
    readonly certificate: Record<string, string>;
}

/** New keys, SAS and service principals in place of those before, which authorize nothing any more. */
async function issue(): Promise<Credentials> {
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

function principalWithSecret(account: AccountName, role: BuiltInRole): Record<string, string> {
    const principal = storage.simulator.entra.addServicePrincipal();
    storage.simulator.account(account).assignRole(principal, role);
    const clientSecret = secrets.mark("a client secret", principal.clientSecret!);
    return { type: "servicePrincipal", tenantId: principal.tenantId, clientId: principal.clientId, clientSecret };
}

async function principalWithCertificate(account: AccountName, role: BuiltInRole): Promise<Record<string, string>> {
    const { cert, private: key } = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
    const { tenantId, clientId, ...principal } = storage.simulator.entra.addServicePrincipal({ certificate: cert });
    storage.simulator.account(account).assignRole({ tenantId, clientId, ...principal }, role);
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
    snapshot: string;
}

/** One resource for each kind of secret and one of each type. The program marks nothing as secret. */
function programOf(current: Current): Program {
    return ({ copy }) => {
        const { accountKey, connectionString, sasToken, clientSecret, certificate } = current.credentials;
        const golden = { endpoint: storage.simulator.account("golden").blobEndpoint, containerName: "images" };
        const dev = { endpoint: storage.simulator.account("dev").blobEndpoint, containerName: "seed" };
        const to = (name: string) => ({ ...dev, accountKey: accountKey.dev, blobName: `${marker}/${name}` });
        const options = { timeout: "4s", method: "copyBlob" } as const;
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
            source: { ...golden, blobName: "orders.bak", accountName: "golden", credential: clientSecret as never },
            destination: {
                ...dev,
                blobName: `${marker}/principals`,
                accountName: "dev",
                credential: certificate as never,
            },
            ...options,
        });
        new copy.BlobCopy("s3", { source: { s3: s3.location() }, destination: to("s3"), ...options });
        new copy.BlobCopy("google", {
            source: { googleCloudStorage: google.location() },
            destination: to("google"),
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
            source: { ...golden, accountKey: accountKey.golden, blobName: "disk.vhd" },
            snapshot: `${url("golden", "images/disk.vhd")}?snapshot=${current.snapshot}&${sasToken.golden}`,
            destination: `${url("dev", `seed/${marker}/disk.vhd`)}?${sasToken.dev}`,
            deleteSnapshots: true,
            timeout: "4s",
        });
        return { url: keys.url, source: sas.sourceUrl };
    };
}

const resources = ["file", "google", "keys", "principals", "s3", "sas", "snapshots"];

/** Changes every source, so that everything is copied again. */
async function changeSources(current: Current, content: string): Promise<void> {
    const golden = storage.simulator.account("golden");
    golden.putBlob("images", "orders.bak", content);
    golden.putFile("docs", "app/settings.json", content);
    google.put(content);
    await s3.put(content);
    const customerProvidedKey = cpkInfo(current.customerProvidedKey.source);
    await blob("golden", "images/encrypted.bak")
        .getBlockBlobClient()
        .upload(content, content.length, { customerProvidedKey });
    const disk = blob("golden", "images/disk.vhd").getPageBlobClient();
    await disk.uploadPages(Buffer.alloc(512, content), 0, 512);
    current.snapshot = (await disk.createSnapshot()).snapshot!;
}

/** Where secrets were looked for, by moment: each place held something that is no secret. */
type Places = Record<string, string[]>;

it("shows no secret at any moment, and uses the new ones once they were rotated", async () => {
    const customerProvidedKey = {
        source: secrets.mark("the source's customer-provided key", randomBytes(32).toString("base64")),
        destination: secrets.mark("the destination's customer-provided key", randomBytes(32).toString("base64")),
    };
    const credentials = await issue();
    const current: Current = { credentials, customerProvidedKey, snapshot: "" };
    await changeSources(current, "first");
    secrets.mark("the access key's ID", accessKey.accessKeyId);
    secrets.mark("the access key", accessKey.secretAccessKey);
    secrets.mark("the service account's key", JSON.parse(google.credentials).private_key.split("\n")[1]);
    const { copies, faults, requests } = storage.simulator;
    const places: Places = {};

    await withStack(programOf(current), async (stack: TestStack) => {
        const verbose = { logToStdErr: true, logVerbosity: 9, logFlow: true };
        async function look(moment: string, run: () => Promise<Operation>): Promise<Operation> {
            const operation = await run();
            const texts = {
                transcript: operation.transcript,
                log: operation.log,
                outputs: JSON.stringify(operation.outputs),
                state: stack.onDisk(),
            };
            require("node:fs").writeFileSync(`/tmp/sec22-${moment}.log`, operation.log);
            require("node:fs").writeFileSync(`/tmp/sec22-${moment}.transcript`, operation.transcript);
            require("node:fs").writeFileSync(`/tmp/sec22-${moment}.state`, texts.state);
            for (const [place, text] of Object.entries(texts)) {
                console.log(moment, place, text.length, secrets.in(text).join(" | "));
            }
            places[moment] = Object.entries(texts)
                .filter(([, text]) => text.includes(marker))
                .map(([place]) => place);
            return operation;
        }
        const t = Date.now();
        const lap = () => console.log("LAP", Date.now() - t);
        await look("preview", () => stack.preview(verbose));
        lap();

        const failing = [
            copies.add({ fail: "500 InternalServerError" }),
            faults.add({ operation: "Put Blob From URL", status: 403, errorCode: "AuthorizationFailure" }),
        ];
        const failed = await look("failure", () => stack.up({ ...verbose, continueOnError: true }));
        console.log(failed.failed);
        lap();
        for (const rule of failing) {
            rule.remove();
        }
        const done = await look("success", () => stack.up(verbose));
        console.log(done.steps, done.failed);
        lap();

        current.credentials = await issue();
        requests.clear();
        const rotated = await look("rotation", () => stack.up(verbose));
        console.log(
            rotated.steps,
            rotated.failed,
            requests.all().map((r) => [r.operation, r.account]),
        );
        lap();
        const refreshed = await look("refresh", () => stack.refresh(verbose));
        console.log(refreshed.steps, refreshed.failed);
        lap();

        await changeSources(current, "second");
        const slow = [copies.add({ seconds: 60 }), faults.add({ operation: "Put Blob From URL", hang: true })];
        const late = await look("timeout", () => stack.up({ ...verbose, continueOnError: true }));
        console.log(late.failed);
        lap();
        for (const rule of slow) {
            rule.remove();
        }
        const fault = faults.add({ account: "dev", status: 403, errorCode: "AuthorizationFailure" });
        const refused = await look("refused", () => stack.refresh(verbose));
        console.log(refused.failed);
        lap();
        fault.remove();
        const exported = stack.exported();
        console.log("export", exported.length, secrets.in(exported));
        const gone = await look("delete", () => stack.destroy(verbose));
        console.log(gone.failed, gone.steps);
        lap();
        console.log("history", stack.history().length, secrets.in(stack.history().join("\n")));
        console.log(places);
    });
});
