// The Azure SDK for JavaScript, with its own pollers and retries.

import { workOnFiles } from "./javascriptFiles.mjs";
import { same } from "./run.mjs";

export const javascript = {
    name: "JavaScript SDK",
    agent: /^azsdk-js-/,
    async use({ simulator, require }) {
        const { BlobServiceClient, BlobSASPermissions } = require("@azure/storage-blob");
        const [golden, dev] = ["golden", "dev"].map((name) =>
            BlobServiceClient.fromConnectionString(simulator.account(name).connectionString),
        );
        const source = golden.getContainerClient("images");
        const target = dev.getContainerClient("seed");
        await source.create();
        await target.create({ metadata: { stage: "dev" } });
        const block = source.getBlockBlobClient("orders.bak");
        await block.uploadData(Buffer.alloc(5 * 1024 ** 2, "x"), {
            blockSize: 1024 ** 2,
            maxSingleShotSize: 1024,
            tags: { a: "b" },
        });
        const page = source.getPageBlobClient("disk.vhd");
        await page.create(2048);
        await page.uploadPages(Buffer.alloc(512, "p"), 512, 512);
        const append = source.getAppendBlobClient("log.txt");
        await append.create();
        await append.appendBlock("line", 4);
        const urlOf = (blob) =>
            blob.generateSasUrl({
                permissions: BlobSASPermissions.parse("rt"),
                expiresOn: new Date(Date.now() + 3600_000),
            });

        const poller = await target.getBlobClient("pending").beginCopyFromURL(await urlOf(block), { intervalInMs: 10 });
        same("copy status", (await poller.pollUntilDone()).copyStatus, "success");
        same(
            "synchronous copy",
            (await target.getBlobClient("sync").syncCopyFromURL(await urlOf(block))).copyStatus,
            "success",
        );
        await target.getBlockBlobClient("put").syncUploadFromURL(await urlOf(block));
        const staged = target.getBlockBlobClient("staged");
        await staged.stageBlockFromURL("AAAA", await urlOf(block), 0, 1000);
        await staged.commitBlockList(["AAAA"]);
        same("block list", (await staged.getBlockList("all")).committedBlocks.length, 1);
        const disk = target.getPageBlobClient("disk.vhd");
        await disk.create(2048);
        await disk.uploadPagesFromURL(await urlOf(page), 512, 512, 512);
        same("page ranges", (await disk.getPageRanges()).pageRange[0].offset, 512);
        const log = target.getAppendBlobClient("log.txt");
        await log.create();
        await log.appendBlockFromURL(await urlOf(append), 0, 4);
        for (const name of ["pending", "sync", "put"]) {
            const content = await target.getBlobClient(name).downloadToBuffer();
            same(name, content.equals(Buffer.alloc(5 * 1024 ** 2, "x")), true);
        }

        const backups = dev.getContainerClient("backups");
        await backups.create();
        const backup = backups.getPageBlobClient("disk.vhd");
        const sas = new URL(await urlOf(page)).search.slice(1);
        for (const letter of ["p", "q"]) {
            await page.uploadPages(Buffer.alloc(512, letter), 1024, 512);
            const { snapshot } = await page.createSnapshot();
            const taken = page.withSnapshot(snapshot);
            await backup.startCopyIncremental(`${taken.url}&${sas}`);
            const { copyStatus, isIncrementalCopy, destinationSnapshot } = await backup.getProperties();
            same("incremental copy", `${copyStatus} ${isIncrementalCopy}`, "success true");
            const content = await backup.withSnapshot(destinationSnapshot).downloadToBuffer();
            same(`copied ${letter}`, content.equals(await taken.downloadToBuffer()), true);
        }
        const moved = simulator.copies.incrementalTransfers.map(({ bytes }) => bytes);
        same("bytes moved", moved.join(), "1024,512");
        await backups.delete();

        simulator.copies.add({ stall: true });
        const stalled = await target.getBlobClient("stalled").beginCopyFromURL(await urlOf(block));
        const { copyId } = await target.getBlobClient("stalled").getProperties();
        await target.getBlobClient("stalled").abortCopyFromURL(copyId);
        same("aborted", (await target.getBlobClient("stalled").getProperties()).copyStatus, "aborted");
        stalled.stopPolling();

        const blob = target.getBlockBlobClient("put");
        await blob.setMetadata({ owner: "me" });
        await blob.setHTTPHeaders({ blobContentType: "text/plain" });
        await blob.setTags({ c: "d" });
        same("tags", (await blob.getTags()).tags.c, "d");
        await blob.setAccessTier("Cool");
        const { snapshot } = await blob.createSnapshot();
        await blob.withSnapshot(snapshot).getProperties();
        const lease = blob.getBlobLeaseClient();
        await lease.acquireLease(-1);
        await lease.releaseLease();
        const listed = [];
        for await (const each of target.listBlobsFlat({
            includeMetadata: true,
            includeCopy: true,
            includeSnapshots: true,
        })) {
            listed.push(each.name);
        }
        same("listed", listed.length, 8);
        for await (const each of dev.listContainers({ prefix: "seed" })) {
            same("container", each.name, "seed");
        }
        await blob.delete({ deleteSnapshots: "include" });
        await target.delete();
        simulator.copies.clear();
        return {
            version: require("@azure/storage-blob/package.json").version,
            steps: [
                ...["uploaded", "copied six ways, and incrementally", "aborted", "set properties", "leased"],
                ...["listed", "deleted"],
                ...(await workOnFiles(simulator, require)),
            ],
        };
    },
};
