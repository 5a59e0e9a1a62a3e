// One copy by src/copy/blocks.ts, as a process of its own: what it costs is this process's cost alone.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const dist = resolve(import.meta.dirname, "../dist/src");
const require = createRequire(join(dist, "index.js"));
const { copyBlocks } = require("./copy/blocks.js");
const { BlockBlobClient } = require("@azure/storage-blob");
const { from, to } = JSON.parse(process.argv[2]);

const { etag, contentLength } = await new BlockBlobClient(from).getProperties();
let last = 0;
await copyBlocks({
    destination: new BlockBlobClient(to),
    source: { authorize: async () => ({ url: from }), etag, contentLength },
    target: { conditions: { ifNoneMatch: "*" } },
    run: {
        clock: { now: () => new Date(), sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }) },
        signal: new AbortController().signal,
        progress: (copied) => {
            last = copied;
        },
    },
});
if (last !== contentLength) {
    throw new Error(`${last} of ${contentLength} bytes were copied`);
}
