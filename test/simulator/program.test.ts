import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import { ShareServiceClient } from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { send } from "./support/raw";

const ROOT = resolve(__dirname, "../..");
const KEY = Buffer.from("a key for tests").toString("base64");
let built: string;

beforeAll(() => {
    // The simulator alone, so that this test says nothing about the rest of the package.
    built = mkdtempSync(join(tmpdir(), "simulator-built-"));
    const config = {
        extends: join(ROOT, "tsconfig.json"),
        compilerOptions: {
            noEmit: false,
            outDir: built,
            rootDir: ROOT,
            typeRoots: [join(ROOT, "node_modules/@types")],
        },
        include: [join(ROOT, "simulator")],
        exclude: [],
    };
    writeFileSync(join(built, "tsconfig.json"), JSON.stringify(config));
    symlinkSync(join(ROOT, "node_modules"), join(built, "node_modules"), "dir");
    execFileSync(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", join(built, "tsconfig.json")]);
});

afterAll(() => rmSync(built, { recursive: true, force: true }));

interface Program {
    readonly child: ChildProcess;
    /** The first line it prints. */
    readonly line: Promise<string>;
    readonly exit: Promise<number | null>;
    readonly errors: () => string;
}

function start(...args: string[]): Program {
    return startWith({}, ...args);
}

/** @param environment variables beside those of this process */
function startWith(environment: NodeJS.ProcessEnv, ...args: string[]): Program {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, [join(built, "simulator/main.js"), ...args], { env });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
        errors += chunk.toString();
    });
    const exit = new Promise<number | null>((done) => child.once("close", done));
    const line = new Promise<string>((done, fail) => {
        child.stdout.on("data", (chunk: Buffer) => {
            output += chunk.toString();
            if (output.includes("\n")) {
                done(output.slice(0, output.indexOf("\n")));
            }
        });
        child.once("close", () => fail(new Error(`it ended without a line: ${errors}`)));
    });
    line.catch(() => undefined);
    return { child, line, exit, errors: () => errors };
}

/** A file with keys and secrets, until the test ends. */
function secretsFile(content: object | string): string {
    const folder = mkdtempSync(join(tmpdir(), "secrets-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "secrets.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
}

describe("azure-copy-simulator", () => {
    test("prints its accounts, serves, and ends with SIGTERM", async () => {
        const folder = mkdtempSync(join(tmpdir(), "load-"));
        onTestFinished(() => rmSync(folder, { recursive: true }));
        mkdirSync(join(folder, "sub"));
        writeFileSync(join(folder, "sub", "a.txt"), "hello");
        const program = startWith(
            { AZURE_COPY_SIMULATOR_SECRETS: JSON.stringify({ accounts: { dev: KEY } }) },
            ...["--account", "golden", "--account", "dev", "--load", `dev/images=${folder}`],
        );
        const { accounts } = JSON.parse(await program.line) as {
            accounts: {
                name: string;
                key: string;
                blobEndpoint: string;
                fileEndpoint: string;
                connectionString: string;
            }[];
        };
        expect(accounts.map((account) => account.name)).toEqual(["golden", "dev"]);
        expect(accounts[1]?.key).toBe(KEY);
        expect(accounts[1]?.blobEndpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dev$/);
        const client = BlobServiceClient.fromConnectionString(accounts[1]!.connectionString);
        const blob = client.getContainerClient("images").getBlobClient("sub/a.txt");
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
        expect(accounts[1]?.fileEndpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/dev$/);
        const files = ShareServiceClient.fromConnectionString(accounts[1]!.connectionString);
        expect((await files.getShareClient("docs").create()).etag).toMatch(/^"0x/);
        program.child.kill("SIGTERM");
        expect(await program.exit).toBe(0);
        expect(program.errors()).toBe("");
    });

    test("takes keys and secrets from a file", async () => {
        const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
        const program = start(
            ...["--account", "dev", "--service-principal", clientId, "--secrets"],
            secretsFile({ accounts: { dev: KEY }, servicePrincipals: { [clientId]: "mine" } }),
        );
        const printed = JSON.parse(await program.line);
        expect(printed.accounts[0].key).toBe(KEY);
        expect(printed.servicePrincipals[0].clientSecret).toBe("mine");
        program.child.kill("SIGTERM");
        await program.exit;
        expect(program.errors()).toBe("");
    });

    test("warns of keys and secrets on the command line, without showing them", async () => {
        const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
        const program = start("--account", `dev:${KEY}`, "--service-principal", `${clientId}:mine`);
        const printed = JSON.parse(await program.line);
        expect(printed.accounts[0].key).toBe(KEY);
        expect(printed.servicePrincipals[0].clientSecret).toBe("mine");
        program.child.kill("SIGTERM");
        await program.exit;
        expect(program.errors()).toMatch(
            /^azure-copy-simulator: the secret of --account dev stands on the command line, .*; give it by --secrets FILE or AZURE_COPY_SIMULATOR_SECRETS\nazure-copy-simulator: the secret of --service-principal aaaaaaaa-\S+ stands .*\n$/,
        );
        expect(program.errors()).not.toContain(KEY);
        expect(program.errors()).not.toContain("mine");
    });

    test.each<[string, () => Program, string]>([
        [
            "a file that is no JSON",
            () => start("--account", "dev", "--secrets", secretsFile(`dev: ${KEY}`)),
            "--secrets must be JSON such as",
        ],
        [
            "a variable with something else in it",
            () => startWith({ AZURE_COPY_SIMULATOR_SECRETS: JSON.stringify({ dev: KEY }) }, "--account", "dev"),
            "AZURE_COPY_SIMULATOR_SECRETS must be JSON such as",
        ],
        [
            "a key for an account that isn't given",
            () => start("--account", "golden", "--secrets", secretsFile({ accounts: { dev: KEY } })),
            "there is a secret for --account dev, which isn't given",
        ],
        [
            "a key that is given twice",
            () => start("--account", `dev:${KEY}`, "--secrets", secretsFile({ accounts: { dev: KEY } })),
            "--account dev has a secret of its own and one by --secrets",
        ],
        [
            "a name with its key, without an option",
            () => start("--account", "golden", `dev:${KEY}`),
            "belongs to no option",
        ],
        ["a key that isn't Base64", () => start("--account", `dev:${KEY}!`), "account key must be Base64"],
    ])("fails for %s, and shows no key", async (_, run, message) => {
        const program = run();
        expect(await program.exit).toBe(1);
        expect(program.errors()).toContain(message);
        expect(program.errors()).not.toContain(KEY);
        expect(program.errors()).not.toContain(KEY.slice(0, 8));
    });

    test("--log prints no secret of a request", async () => {
        const program = start("--account", "dev", "--log");
        const { accounts } = JSON.parse(await program.line);
        const url = `${accounts[0].blobEndpoint}/images/a?sig=c2VjcmV0LXNpZ25hdHVyZQ&token=c2VjcmV0LXRva2Vu`;
        await fetch(url, { headers: { cookie: "c2VjcmV0LWNvb2tpZQ", authorization: "Bearer c2VjcmV0LWJlYXJlcg" } });
        program.child.kill("SIGTERM");
        await program.exit;
        expect(program.errors()).toContain("Get Blob dev/images/a");
        expect(program.errors()).not.toContain("c2VjcmV0");
    });

    test("serves https with a certificate of its own, and tells how to be which principal", async () => {
        const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
        const reader = "Storage Blob Data Reader";
        const program = start(
            ...["--account", "dev", "--https", "--managed-identity", "--service-principal", `${clientId}:secret`],
            ...["--role", `dev/${clientId}=${reader}`, "--role", `dev/managed-identity=${reader}`],
        );
        const printed = JSON.parse(await program.line);
        expect(printed.accounts[0].blobEndpoint).toMatch(/^https:/);
        expect(readFileSync(printed.certificateFile, "utf8")).toContain("BEGIN CERTIFICATE");
        const { environment } = printed.servicePrincipals[0];
        expect(environment).toMatchObject({ AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: "secret" });
        expect(printed.managedIdentity.environment.IDENTITY_ENDPOINT).toMatch(/^https:.*\/msi\/token$/);
        program.child.kill("SIGTERM");
        expect(await program.exit).toBe(0);
        expect(existsSync(printed.certificateFile)).toBe(false);
    });

    test.each([
        [[], "--account is missing"],
        [["--account", "UPPER"], "account name must be 3 to 24 lower-case letters and digits"],
        [["--account", "dev", "--port", "x"], '--port must be a number, got "x"'],
        [["--account", "dev", "--file-port", "x"], '--file-port must be a number, got "x"'],
        [["--account", "dev", "--tls-cert", "x"], "--tls-cert and --tls-key go together"],
        [["--account", "dev", "--load", "x"], '--load must be ACCOUNT/CONTAINER=FOLDER, got "x"'],
        [["--account", "dev", "--load", "dev/images=/nowhere"], "/nowhere"],
        [["--account", "dev", "--https", "--tls-cert", "x", "--tls-key", "y"], "--https makes a certificate itself"],
        [["--account", "dev", "--service-principal", "x"], 'clientId must be a GUID, got "x"'],
        [["--account", "dev", "--role", "dev/x=Owner"], "--role must be ACCOUNT/WHO=ROLE"],
        [["--account", "dev", "--role", "dev/x=Storage Blob Data Reader"], '--role is for "x"'],
        [["--acount", "dev"], "--acount"],
    ])("fails for %j", async (args, message) => {
        const program = start(...args);
        expect(await program.exit).toBe(1);
        expect(program.errors()).toContain(message);
        expect(program.errors()).not.toContain("    at ");
    });

    test("--entra-host adds a name that the managed-identity endpoint answers to", async () => {
        const program = start("--account", "dev", "--managed-identity", "--entra-host", "simulator");
        const { accounts, managedIdentity } = JSON.parse(await program.line);
        const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = managedIdentity.environment;
        const url = `${IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=https://storage.azure.com`;
        const ask = (host: string) => send(url, "GET", { host, "x-identity-header": IDENTITY_HEADER });
        expect(accounts).toHaveLength(1);
        expect([(await ask("simulator:10000")).status, (await ask("other:10000")).status]).toEqual([200, 421]);
        program.child.kill("SIGTERM");
        await program.exit;
    });

    test("--help names every option", async () => {
        const program = start("--help");
        expect(await program.line).toContain("Usage: azure-copy-simulator --account NAME");
        expect(await program.exit).toBe(0);
    });
});
