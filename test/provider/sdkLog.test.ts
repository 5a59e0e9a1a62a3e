// The Azure SDK's own log, as AZURE_LOG_LEVEL=verbose shows it, of what runs in a dynamic provider's process.

import { format } from "node:util";
import { AzureLogger, setLogLevel } from "@azure/logger";
import { expect, it, onTestFinished } from "vitest";
import { create, delete as delete_, read } from "../../src/provider/host";
import { startStorage } from "../helpers/storage";

it("tells of requests and answers without keys, signatures and metadata", async () => {
    const words: string[] = [];
    AzureLogger.log = (...line) => words.push(format(...line));
    setLogLevel("verbose");
    onTestFinished(() => setLogLevel());
    const storage = await startStorage({ realTime: true });
    onTestFinished(() => storage.close());
    const { key } = storage.simulator.account("golden");
    const { id, outs } = await create("BlobCopy", { ...storage.inputs, metadata: { owner: 'a "team' } });
    await read("BlobCopy", id, outs);
    await delete_("BlobCopy", id, outs);
    const log = words.join("\n");
    // The answer to Get Blob Properties names the source, with the SAS that was made for it.
    expect(log).toMatch(/"x-ms-copy-source": "\S+\/images\/orders\.bak\?\S*sig=REDACTED"/);
    expect(log.match(/sig=(?!REDACTED)\S+|SharedKey \S+/g)).toBeNull();
    expect(log).not.toContain(key);
    expect(log).toContain('"x-ms-meta-owner": "REDACTED"');
    expect(log).not.toMatch(/"x-ms-meta-[^"]+": "(?!REDACTED")/);
});
