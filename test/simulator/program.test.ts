import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import { ShareServiceClient } from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";

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
}, 120_000);

afterAll(() => rmSync(built, { recursive: true, force: true }));

interface Program {
    readonly child: ChildProcess;
    /** The first line it prints. */
    readonly line: Promise<string>;
    readonly exit: Promise<number | null>;
    readonly errors: () => string;
}

function start(...args: string[]): Program {
    const child = spawn(process.execPath, [join(built, "simulator/main.js"), ...args]);
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

describe("azure-copy-simulator", () => {
    test("prints its accounts, serves, and ends with SIGTERM", async () => {
        const folder = mkdtempSync(join(tmpdir(), "load-"));
        onTestFinished(() => rmSync(folder, { recursive: true }));
        mkdirSync(join(folder, "sub"));
        writeFileSync(join(folder, "sub", "a.txt"), "hello");
        const program = start("--account", "golden", "--account", `dev:${KEY}`, "--load", `dev/images=${folder}`);
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

    test("--help names every option", async () => {
        const program = start("--help");
        expect(await program.line).toContain("Usage: azure-copy-simulator --account NAME[:KEY]");
        expect(await program.exit).toBe(0);
    });
});
