// The Azure SDK for JavaScript with file shares.

import { setTimeout as sleep } from "node:timers/promises";
import { same } from "./run.mjs";

export async function workOnFiles(simulator, require) {
    const { FileSASPermissions, ShareServiceClient } = require("@azure/storage-file-share");
    const [from, to] = ["golden", "dev"].map((name) =>
        ShareServiceClient.fromConnectionString(simulator.account(name).connectionString).getShareClient("docs"),
    );
    await from.create();
    await to.create({ quota: 10, metadata: { stage: "dev" } });
    const { directoryClient } = await from.createDirectory("sub");
    const content = Buffer.alloc(9 * 1024 ** 2, "content of the golden account");
    const source = directoryClient.getFileClient("orders.bak");
    await source.uploadData(content, { rangeSize: 1024 ** 2, metadata: { origin: "golden" } });
    const expiresOn = new Date(Date.now() + 3600_000);
    const url = source.generateSasUrl({ permissions: FileSASPermissions.parse("r"), expiresOn });

    const copy = to.rootDirectoryClient.getFileClient("copy");
    await copy.startCopyFromURL(url);
    while ((await copy.getProperties()).copyStatus === "pending") {
        await sleep(10);
    }
    const { metadata, copyStatus } = await copy.getProperties();
    same("copy", `${metadata.origin} ${copyStatus}`, "golden success");
    same("copied", content.equals(await copy.downloadToBuffer()), true);
    const part = to.rootDirectoryClient.getFileClient("part");
    await part.create(2048);
    await part.uploadRangeFromURL(url, 512, 1024, 512);
    const { rangeList } = await part.getRangeList();
    same("ranges", JSON.stringify(rangeList), JSON.stringify([{ start: 1024, end: 1535 }]));

    const stalled = simulator.copies.add({ stall: true });
    const { copyId } = await part.startCopyFromURL(url);
    stalled.remove();
    await part.abortCopyFromURL(copyId);
    same("aborted", (await part.getProperties()).copyStatus, "aborted");

    const { snapshot } = await to.createSnapshot();
    const { filePermissionKey } = await to.createPermission("O:SYG:SYD:(A;;FA;;;SY)");
    const lease = copy.getShareLeaseClient();
    const { leaseId } = await lease.acquireLease();
    const leaseAccessConditions = { leaseId };
    await copy.setMetadata({ owner: "me" }, { leaseAccessConditions });
    await copy.setHttpHeaders({ fileContentType: "text/plain" }, { leaseAccessConditions, filePermissionKey });
    await lease.releaseLease();
    const told = await copy.getProperties();
    same("properties", `${told.metadata.owner} ${told.contentType}`, "me text/plain");
    same("permission", (await to.getPermission(told.filePermissionKey)).permission, "O:SYG:SYD:(A;;FA;;;SY)");
    const names = [];
    for await (const { name } of to.withSnapshot(snapshot).rootDirectoryClient.listFilesAndDirectories()) {
        names.push(name);
    }
    same("listed", names.join(), "copy,part");
    await copy.delete();
    await to.delete({ deleteSnapshots: "include" });
    return ["copied files", "aborted a file's copy", "set properties of a file", "deleted a share"];
}
