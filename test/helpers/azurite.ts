import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";

/** A key of 64 bytes, of no use anywhere else. */
export const azuriteKey = Buffer.alloc(64, 42).toString("base64");

/** A running Azurite. */
export interface Azurite {
    /** An account's Blob service is this, a slash, and its name. */
    readonly url: string;
    close(): Promise<void>;
}

/** Files with a certificate and its key in PEM: for https, and with it for bearer tokens. */
export interface CertificateFiles {
    readonly cert: string;
    readonly key: string;
}

/**
 * Starts Azurite's Blob service on a free port: everything in memory, nothing sent to anyone.
 * @param accounts their names; each has the key {@link azuriteKey}
 */
export async function startAzurite(accounts: readonly string[], secure?: CertificateFiles): Promise<Azurite> {
    const program = require.resolve("azurite/dist/src/blob/main.js");
    const options = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence"];
    const quiet = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"];
    const https = secure ? ["--cert", secure.cert, "--key", secure.key, "--oauth", "basic"] : [];
    const child = spawn(process.execPath, [program, ...options, ...quiet, ...https], {
        cwd: tmpdir(),
        env: { ...process.env, AZURITE_ACCOUNTS: accounts.map((name) => `${name}:${azuriteKey}`).join(";") },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const url = await listening(child);
    return {
        url,
        close: () =>
            new Promise((resolve) => {
                child.once("exit", () => resolve());
                child.kill("SIGKILL");
            }),
    };
}

/** Where it listens: it takes a free port itself, which nobody can take before it. */
function listening(child: ChildProcess): Promise<string> {
    return new Promise((resolve, reject) => {
        let output = "";
        const read = (chunk: Buffer) => {
            output += chunk;
            const [, url] = /successfully listens on (\S+)\n/.exec(output) ?? [];
            if (url) {
                resolve(url);
            }
        };
        child.stdout!.on("data", read);
        child.stderr!.on("data", read);
        child.once("error", reject);
        child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${output}`)));
    });
}
