// A From-URL operation between the accounts of test/helpers/storage.ts.

import { createHash } from "node:crypto";
import { type AppendBlobClient, BlobSASPermissions, type PageBlobClient } from "@azure/storage-blob";
import type { Content, PutBlobOptions } from "../../simulator";
import type { FromUrlRun, FromUrlSource } from "../../src/copy/fromUrl";
import type { TestStorage } from "./storage";

export interface FromUrlTest {
    /** Puts a blob into the golden account, under the usual name. */
    put(content: string | Buffer | Content, options?: PutBlobOptions): Promise<FromUrlSource>;
    /** The golden account's blob as it is now. */
    source(): Promise<FromUrlSource>;
    readonly run: FromUrlRun;
    /** Stops `run`. */
    readonly abort: AbortController;
    /** Each report of progress. */
    readonly progress: [copied: number, total: number][];
    /** Calls back at each report of progress. */
    onProgress(callback: () => void): void;
    pages(account: "golden" | "dev"): PageBlobClient;
    append(account: "golden" | "dev"): AppendBlobClient;
    /** How often the service was asked for an operation. */
    count(operation: string): number;
    /** MD5 of everything in a blob, in hexadecimal. */
    md5(account: "golden" | "dev"): Promise<string>;
}

export function fromUrlTest(storage: TestStorage): FromUrlTest {
    const abort = new AbortController();
    const progress: [number, number][] = [];
    let callback = () => {};
    const container = (account: "golden" | "dev") => storage.container(account);
    async function source(): Promise<FromUrlSource> {
        const blob = storage.blob("golden");
        const { etag, contentLength, contentMD5 } = await blob.getProperties();
        const url = await blob.generateSasUrl({
            permissions: BlobSASPermissions.parse("r"),
            expiresOn: new Date(storage.clock.now() + 30 * 24 * 3_600_000),
        });
        storage.simulator.requests.clear();
        return {
            authorize: async () => ({ url }),
            etag: etag!,
            contentLength: contentLength!,
            ...(contentMD5 && { contentMd5: contentMD5 }),
        };
    }
    return {
        abort,
        progress,
        onProgress: (next) => {
            callback = next;
        },
        run: {
            clock: storage.context.clock,
            signal: abort.signal,
            progress: (copied, total) => {
                progress.push([copied, total]);
                callback();
            },
        },
        source,
        put(content, options) {
            storage.simulator.account("golden").putBlob("images", "orders.bak", content, options);
            return source();
        },
        pages: (account) => container(account).getPageBlobClient("orders.bak"),
        append: (account) => container(account).getAppendBlobClient("orders.bak"),
        count: (operation) => storage.simulator.requests.count(operation),
        async md5(account) {
            const hash = createHash("md5");
            const { readableStreamBody } = await storage.blob(account).download();
            for await (const chunk of readableStreamBody!) {
                hash.update(chunk);
            }
            return hash.digest("hex");
        },
    };
}

/** What a copy onto a free name asks for. */
export const free = { conditions: { ifNoneMatch: "*" } };
