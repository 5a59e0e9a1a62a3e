import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import type { Endpoint } from "../../simulator/support/raw";

/** The account that both are asked for; its key is of no use anywhere else. */
export const ACCOUNT = { name: "compared", key: Buffer.alloc(64, 42).toString("base64") };

/** A running Azurite. */
export interface Azurite {
    readonly account: Endpoint;
    close(): Promise<void>;
}

/** Starts Azurite's Blob service on a free port: everything in memory, nothing sent to anyone. */
export async function startAzurite(): Promise<Azurite> {
    const port = await freePort();
    const program = require.resolve("azurite/dist/src/blob/main.js");
    const options = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--inMemoryPersistence"];
    const quiet = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"];
    const child = spawn(process.execPath, [program, ...options, ...quiet], {
        cwd: tmpdir(),
        env: { ...process.env, AZURITE_ACCOUNTS: `${ACCOUNT.name}:${ACCOUNT.key}` },
        stdio: ["ignore", "pipe", "pipe"],
    });
    await listening(child);
    return {
        account: { ...ACCOUNT, blobEndpoint: `http://127.0.0.1:${port}/${ACCOUNT.name}` },
        close: () =>
            new Promise((resolve) => {
                child.once("exit", () => resolve());
                child.kill("SIGKILL");
            }),
    };
}

function listening(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
        let output = "";
        const read = (chunk: Buffer) => {
            output += chunk;
            if (output.includes("successfully listen")) {
                resolve();
            }
        };
        child.stdout!.on("data", read);
        child.stderr!.on("data", read);
        child.once("error", reject);
        child.once("exit", (code) => reject(new Error(`Azurite ended with ${code}: ${output}`)));
    });
}

function freePort(): Promise<number> {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as { port: number };
            server.close(() => resolve(port));
        });
    });
}
