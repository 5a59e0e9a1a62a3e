#!/usr/bin/env node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { file } from "./content/file";
import { addPrincipals, assignRole, parseRole } from "./mainPrincipals";
import { type Named, readSecrets, SECRETS_VARIABLE, withSecrets } from "./mainSecrets";
import { type Simulator, startSimulator } from "./simulator";
import { UsageError } from "./usageError";

const HELP = `Usage: azure-copy-simulator --account NAME [--account ...] [options]

Serves simulated Azure Storage accounts (Blob service and Azure Files) until it gets SIGTERM or SIGINT.
Once it listens it prints one line of JSON:
  {"accounts":[{"name","key","blobEndpoint","fileEndpoint","connectionString"}]}
With --https it also has the "certificateFile" that clients must trust (NODE_EXTRA_CA_CERTS); with principals, the
"servicePrincipals" and the "managedIdentity", each with the "environment" variables that the Azure SDKs read.

Options:
  --account NAME                    an account, with a random key; may be repeated
  --secrets FILE                    keys in Base64, and secrets, in place of random ones, as JSON:
                                    {"accounts":{"NAME":"KEY"},"servicePrincipals":{"ID":"SECRET"}}
                                    (default: the environment variable ${SECRETS_VARIABLE}, with such JSON).
                                    --account NAME:KEY and --service-principal ID:SECRET, too, but every user of the
                                    machine can read a command line
  --copy-seconds N                  how long copies from another account or from outside stay pending (default: 0)
  --host ADDRESS                    the address to listen on (default: 127.0.0.1)
  --port N                          the port of the Blob service (default: any free one)
  --file-port N                     the port of Azure Files (default: any free one)
  --https                           serves https instead of http, with a certificate that is made at start
  --tls-cert FILE --tls-key FILE    certificate and key in PEM: serves https instead of http
  --service-principal ID            an application, by its client ID (a GUID), with a random secret; may be repeated
  --managed-identity                a managed identity of this machine
  --entra-host NAME                 a name by which clients reach the authority and the managed-identity endpoint, beside
                                    those of this machine and ADDRESS; may be repeated
  --role ACCOUNT/WHO=ROLE           assigns a role, such as "Storage Blob Data Reader", to a client ID or to
                                    managed-identity; may be repeated
  --load ACCOUNT/CONTAINER=FOLDER   puts the files of a folder into a container; may be repeated
  --allow-public                    lets containers of the accounts be public
  --log                             prints a line a request to standard error
  --help                            prints this
`;

const OPTIONS = {
    account: { type: "string", multiple: true },
    "copy-seconds": { type: "string" },
    host: { type: "string" },
    port: { type: "string" },
    https: { type: "boolean" },
    secrets: { type: "string" },
    "entra-host": { type: "string", multiple: true },
    "service-principal": { type: "string", multiple: true },
    "managed-identity": { type: "boolean" },
    role: { type: "string", multiple: true },
    "file-port": { type: "string" },
    "tls-cert": { type: "string" },
    "tls-key": { type: "string" },
    load: { type: "string", multiple: true },
    "allow-public": { type: "boolean" },
    log: { type: "boolean" },
    help: { type: "boolean" },
} as const;

async function main(args: string[]): Promise<void> {
    const values = parse(args);
    if (values.help) {
        process.stdout.write(HELP);
        return;
    }
    const secrets = readSecrets(values.secrets, process.env);
    const allowBlobPublicAccess = values["allow-public"] ?? false;
    const accounts = withSecrets("accounts", values.account ?? [], secrets, warn).map(({ name, secret }) => {
        return { name, key: secret, allowBlobPublicAccess };
    });
    const applications = withSecrets("servicePrincipals", values["service-principal"] ?? [], secrets, warn);
    if (accounts.length === 0) {
        throw new UsageError("--account is missing: name at least one account");
    }
    const [cert, key] = [values["tls-cert"], values["tls-key"]];
    if ((cert === undefined) !== (key === undefined)) {
        throw new UsageError("--tls-cert and --tls-key go together");
    }
    if (values.https && cert !== undefined) {
        throw new UsageError("--https makes a certificate itself: leave out --tls-cert and --tls-key");
    }
    const simulator = await startSimulator({
        accounts,
        copySeconds: number("--copy-seconds", values["copy-seconds"]),
        host: values.host,
        port: number("--port", values.port),
        filePort: number("--file-port", values["file-port"]),
        tls: values.https ? true : cert && key ? { cert: readFileSync(cert), key: readFileSync(key) } : undefined,
        entra: { hosts: values["entra-host"] },
        log: values.log,
    });
    // Before anything is printed: whoever reads it may send a signal at once.
    const stop = () => {
        void simulator.close();
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    try {
        process.stdout.write(`${JSON.stringify(prepare(simulator, values, applications))}\n`);
    } catch (error) {
        await simulator.close();
        throw error;
    }
}

/** Puts in what is to be there from the start; gives what is printed. */
function prepare(simulator: Simulator, values: ReturnType<typeof parse>, applications: readonly Named[]) {
    for (const load of (values.load ?? []).map(parseLoad)) {
        loadFolder(simulator, load);
    }
    const principals = addPrincipals(simulator, applications, values["managed-identity"] ?? false);
    for (const role of (values.role ?? []).map(parseRole)) {
        assignRole(simulator, role, principals.byName);
    }
    const accounts = simulator.accounts.map(({ name, key, blobEndpoint, fileEndpoint, connectionString }) => {
        return { name, key, blobEndpoint, fileEndpoint, connectionString };
    });
    return { accounts, certificateFile: simulator.certificateFile, ...principals.printed };
}

function parse(args: string[]) {
    try {
        return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
    } catch (error) {
        // Of an argument where none is expected, the message shows all: a name with its key, perhaps.
        const { code, message } = error as NodeJS.ErrnoException;
        const isStray = code === "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL";
        throw new UsageError(isStray ? "there is an argument that belongs to no option" : message);
    }
}

function warn(warning: string): void {
    process.stderr.write(`azure-copy-simulator: ${warning}\n`);
}

interface Load {
    readonly account: string;
    readonly container: string;
    readonly folder: string;
}

function parseLoad(text: string): Load {
    const parts = /^([^/=]+)\/([^/=]+)=(.+)$/.exec(text);
    if (!parts) {
        throw new UsageError(`--load must be ACCOUNT/CONTAINER=FOLDER, got "${text}"`);
    }
    return { account: parts[1]!, container: parts[2]!, folder: parts[3]! };
}

function loadFolder(simulator: Simulator, { account, container, folder }: Load): void {
    const handle = simulator.account(account);
    handle.createContainer(container);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) {
            const path = join(entry.parentPath, entry.name);
            const name = path.slice(join(folder, "/").length).replaceAll("\\", "/");
            handle.putBlob(container, name, file(path));
        }
    }
}

function number(option: string, text: string | undefined): number | undefined {
    if (text === undefined) {
        return undefined;
    }
    const value = Number(text);
    if (text.trim() === "" || !(value >= 0)) {
        throw new UsageError(`${option} must be a number, got "${text}"`);
    }
    return value;
}

main(process.argv.slice(2)).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`azure-copy-simulator: ${message}\n`);
    if (error instanceof UsageError) {
        process.stderr.write("Try --help.\n");
    }
    process.exitCode = 1;
});
