// A server that speaks S3's protocol and verifies signatures (V4), with one bucket, under the AWS SDK's own client.

import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "@20minutes/s3rver";
import { DUMMY_ACCOUNT } from "@20minutes/s3rver/lib/models/account";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "../../src/storage/location";

export const accessKey = {
    accessKeyId: "AKIAQ3EGEXAMPLE0KEYS",
    secretAccessKey: "qBzH7xUnc8/pVn3yT+0dWm5kLs2Rf9EaJg4tXo6i",
};

export interface TestS3 {
    readonly endpoint: string;
    /** The object's parts, with the key that may read it. */
    location(change?: Partial<S3Location>): S3Location;
    put(content: string | Buffer, headers?: { ContentType?: string; Metadata?: Record<string, string> }): Promise<void>;
    remove(): Promise<void>;
    /** The URLs that the server was asked for by GET since the last call, those of the AWS SDK's own client left out. */
    reads(): URL[];
    /** Is asked before the server is; answers in its place if it returns true. */
    intercept(first: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>): void;
    close(): Promise<void>;
}

/** The bucket backups, empty; `key` is the one object that the helpers speak of. */
export async function startS3(key = "2026/orders (1)+é.bak"): Promise<TestS3> {
    const directory = mkdtempSync(join(tmpdir(), "s3-"));
    DUMMY_ACCOUNT.createKeyPair(accessKey.accessKeyId, accessKey.secretAccessKey);
    const bucket = "backups";
    const server = new S3rver({
        address: "127.0.0.1",
        port: 0,
        silent: true,
        directory,
        resetOnClose: true,
        configureBuckets: [{ name: bucket }],
    });
    // Without it, the logger complains of having nowhere to write to.
    server.logger.silent = true;
    const { port } = await server.run();
    const endpoint = `http://127.0.0.1:${port}`;
    const asked: URL[] = [];
    let first: Parameters<TestS3["intercept"]>[0] = () => false;
    const [answer] = server.httpServer.listeners("request") as ((...of: [IncomingMessage, ServerResponse]) => void)[];
    server.httpServer.removeAllListeners("request").on("request", async (request, response) => {
        const url = new URL(request.url!, endpoint);
        if (request.method === "GET") {
            asked.push(url);
        }
        if (!(await first(request, response))) {
            answer!(request, response);
        }
    });
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials: { ...accessKey } });
    return {
        endpoint,
        location: (change = {}) => ({ bucket, key, endpoint, region: "us-east-1", ...accessKey, ...change }),
        async put(content, headers = {}) {
            await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content, ...headers }));
        },
        async remove() {
            await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
        },
        reads: () => asked.splice(0),
        intercept: (next) => {
            first = next;
        },
        async close() {
            client.destroy();
            server.httpServer.closeAllConnections();
            await server.close();
            rmSync(directory, { recursive: true, force: true });
        },
    };
}
