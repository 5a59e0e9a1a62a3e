// Every kind of credential that an end takes, for accounts golden and dev over https, with blobs and files to copy: what the tables of
// credentials are made of.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
    AccountSASPermissions,
    generateAccountSASQueryParameters,
    StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { generate } from "selfsigned";
import { vi } from "vitest";
import type { Principal } from "../../simulator";
import type { BlobLocation } from "../../src/storage/location";
import type { AccountName } from "./accounts";
import { type EntraIdStorage, startEntraIdStorage } from "./entraId";
import { sourceContent, type TestStorage } from "./storage";

/** All that copying takes, at both ends. */
const roles = [
    "Storage Blob Data Contributor",
    "Storage File Data Privileged Contributor",
    "Storage File Delegator",
] as const;

const federation = { issuer: "https://oidc.example.com/1/", subject: "system:serviceaccount:default:deployer" };

/** The accounts, and whoever works with them where nothing else is said. */
export interface CredentialScene {
    readonly storage: EntraIdStorage;
    readonly user: TestStorage;
    /** What a kind of credential adds to the location of an end in an account. */
    credential(kind: Kind, account: AccountName): Partial<BlobLocation> | Promise<Partial<BlobLocation>>;
    close(): Promise<void>;
}

/** Where the files of tokens, certificates and programs are. */
type Folder = string;
type Make = (
    storage: EntraIdStorage,
    account: AccountName,
    folder: Folder,
) => Partial<BlobLocation> | Promise<Partial<BlobLocation>>;

const makers = {
    none: () => ({}),
    "a managed identity": (storage) => {
        const { clientId } = withRoles(
            storage,
            storage.simulator.entra.addManagedIdentity({ resourceId: `/${Math.random()}` }),
        );
        return { credential: { type: "managedIdentity", clientId } };
    },
    "a workload identity": (storage, _, folder) => {
        const { entra } = storage.simulator;
        const made = withRoles(storage, entra.addServicePrincipal({ federatedCredential: federation }));
        const tokenFilePath = write(folder, "token", entra.federatedToken(federation));
        const { tenantId, clientId } = made;
        return { credential: { type: "workloadIdentity", tenantId, clientId, tokenFilePath } };
    },
    "a service principal's secret": (storage) => {
        const made = withRoles(storage, storage.simulator.entra.addServicePrincipal());
        const { tenantId, clientId, clientSecret } = made;
        return { credential: { type: "servicePrincipal", tenantId, clientId, clientSecret: clientSecret! } };
    },
    "a service principal's certificate": async (storage, _, folder) => {
        const made = await generate([{ name: "commonName", value: "deployer" }], { algorithm: "sha256" });
        const principal = storage.simulator.entra.addServicePrincipal({ certificate: made.cert });
        const { tenantId, clientId } = withRoles(storage, principal);
        const certificatePath = write(folder, "certificate.pem", `${made.private}\n${made.cert}`);
        return { credential: { type: "servicePrincipal", tenantId, clientId, certificatePath } };
    },
    "the Azure CLI": (storage, _, folder) => {
        const { entra } = storage.simulator;
        const principal = withRoles(storage, entra.addServicePrincipal());
        standInAzureCli(folder, entra.tokens.issue(principal, "https://storage.azure.com", "secret").token);
        return { credential: { type: "azureCli" } };
    },
    "an account key": ({ simulator }, account) => ({ accountKey: simulator.account(account).key }),
    "a connection string": ({ simulator }, account) => ({
        connectionString: simulator.account(account).connectionString,
        accountName: undefined as never,
        endpoint: undefined as never,
    }),
    "a SAS": ({ simulator, clock }, account) => {
        const values = {
            services: "bf",
            resourceTypes: "co",
            permissions: AccountSASPermissions.parse("rwdcl"),
            expiresOn: new Date(clock.now() + 3_600_000),
        };
        const key = new StorageSharedKeyCredential(account, simulator.account(account).key);
        return { sasToken: generateAccountSASQueryParameters(values, key).toString() };
    },
    anonymous: () => ({ credential: { type: "anonymous" } }),
} satisfies Record<string, Make>;

/** A kind of credential. */
export type Kind = keyof typeof makers;

/** The kinds that authorize by a secret of the account. */
const keyKinds: readonly Kind[] = ["an account key", "a connection string", "a SAS"];

/** In both accounts there are `private/a` and `public/a` (a blob and, as a page blob, `private/page` and `public/page`), and `docs/a` (a file). */
export async function startCredentialScene(): Promise<CredentialScene> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-credentials-"));
    const open = { allowBlobPublicAccess: true };
    const storage = await startEntraIdStorage({ golden: open, dev: open, sharedKeys: true });
    for (const name of ["golden", "dev"]) {
        const account = storage.simulator.account(name);
        account.createContainer("private");
        account.createContainer("public", { publicAccess: "blob" });
        for (const container of ["private", "public"]) {
            account.putBlob(container, "a", sourceContent);
            account.putBlob(container, "page", sourceContent.padEnd(512, "\0"), { blobType: "PageBlob" });
        }
        account.createShare("docs");
        account.putFile("docs", "a", sourceContent);
    }
    const { entra } = storage.simulator;
    vi.stubEnv("AZURE_AUTHORITY_HOST", entra.authorityHost);
    vi.stubEnv("ARM_DISABLE_INSTANCE_DISCOVERY", "true");
    vi.stubEnv("IDENTITY_ENDPOINT", entra.identityEndpoint);
    vi.stubEnv("IDENTITY_HEADER", entra.identityHeader);
    return {
        storage,
        user: storage.as(storage.credential(storage.principal({ golden: roles, dev: roles }))),
        credential: (kind, account) => (makers[kind] as Make)(storage, account, folder),
        async close() {
            vi.unstubAllEnvs();
            await storage.close();
            rmSync(folder, { recursive: true });
        },
    };
}

function withRoles<P extends Principal>({ simulator }: EntraIdStorage, principal: P): P {
    for (const name of ["golden", "dev"]) {
        for (const role of roles) {
            simulator.account(name).assignRole(principal, role);
        }
    }
    return principal;
}

function write(folder: Folder, name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
}

/** What the Azure CLI says when it is asked for a token: it can't be installed for a test. */
function standInAzureCli(folder: Folder, accessToken: string): void {
    const expires = Date.now() / 1_000 + 3_600;
    const path = write(folder, "az", `#!/bin/sh\necho '${JSON.stringify({ accessToken, expires_on: expires })}'\n`);
    chmodSync(path, 0o755);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
}

/** An end that is given a kind of credential; the other one has none. */
export interface Case<Method extends string> {
    readonly end: "source" | "destination";
    readonly kind: Kind;
    /** The source's account; the destination is in dev. */
    readonly account: AccountName;
    readonly method: Method;
}

/** A line of a table: by which authorization the service reads the source. */
export type Row<Method extends string> = Case<Method> & { readonly reading: string };

/**
 * The table of a resource: each kind at each end, within an account and across, by each method.
 * @param readingOf what the service reads the source by
 * @param hasPublic whether there are sources that anybody may read
 */
export function tableOf<Method extends string>(
    methods: readonly Method[],
    readingOf: (row: Case<Method>, isToken: boolean) => string,
    fromUrl: Method | undefined,
    hasPublic = true,
): Row<Method>[] {
    const rows: Row<Method>[] = [];
    for (const kind of Object.keys(makers) as Kind[]) {
        for (const end of ["source", "destination"] as const) {
            // Nobody writes without authorization.
            if (kind === "anonymous" && (end === "destination" || !hasPublic)) {
                continue;
            }
            for (const account of ["dev", "golden"] as const) {
                for (const method of methods) {
                    const row = { end, kind, account, method };
                    rows.push({ ...row, reading: readingOf(row, method === fromUrl) });
                }
            }
        }
    }
    return rows;
}

/** Whether the destination may receive a token for the source: not where a connection string alone names its host. */
function takesToken({ end, kind }: Case<string>): boolean {
    return end === "source" || kind !== "a connection string";
}

/** How a source is read in the destination's own service: within an account what authorizes the request covers it, unless that is a SAS. */
export function readingWithinService(row: Case<string>, isFromUrl: boolean): string {
    const { end, kind, account } = row;
    if (kind === "anonymous") {
        return "nothing";
    }
    // A source without a credential of its own is read with the destination's, in its account.
    const decides = end === "source" || account === "dev" ? kind : "none";
    const ofRequest = !isFromUrl && account === "dev" && (end === "destination" || kind === "none");
    return ofRequest && decides !== "a SAS" ? "nothing" : readingBy(decides, isFromUrl && takesToken(row));
}

/** How a source is read in the other service: of itself, also within an account, whose key or token serves both. */
export function readingAcrossServices(row: Case<string>, isFromUrl: boolean): string {
    const { end, kind, account } = row;
    if (kind === "anonymous") {
        return "nothing";
    }
    const isShared = account === "dev" && kind !== "a SAS";
    return readingBy(end === "source" || isShared ? kind : "none", isFromUrl && takesToken(row));
}

/** How a source is read that is always authorized in its URL. */
export function readingBySas({ end, kind, account }: Case<string>): string {
    return kind === "anonymous" ? "nothing" : readingBy(end === "source" || account === "dev" ? kind : "none", false);
}

function readingBy(kind: Kind, isFromUrl: boolean): string {
    if (keyKinds.includes(kind)) {
        return "SAS";
    }
    return isFromUrl ? "token" : "user delegation SAS";
}

/** Rows as tests, by what they say. */
export function asTests<Method extends string>(rows: readonly Row<Method>[]): [name: string, row: Row<Method>][] {
    return rows.map((row) => {
        const { end, kind, account, method, reading } = row;
        return [`at the ${end}: ${kind}, source in ${account}, by ${method}: read by ${reading}`, row];
    });
}

/** Where a blob or file is, with its service's endpoint and what else is given; nothing that is undefined. */
export function locationOf(
    { simulator }: EntraIdStorage,
    account: AccountName,
    names: Partial<BlobLocation>,
    more: Partial<BlobLocation>,
): BlobLocation {
    const { blobEndpoint, fileEndpoint } = simulator.account(account);
    const endpoint = names.shareName === undefined ? blobEndpoint : fileEndpoint;
    const parts = { accountName: account, endpoint, ...names, ...more };
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as BlobLocation;
}
