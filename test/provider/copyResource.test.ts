import { blobCopyHandler } from "../../src/provider/blobCopy";
import { fileCopyHandler } from "../../src/provider/fileCopy";
import { type Subject, testCopyResource } from "../helpers/copyResource";
import { startFiles } from "../helpers/files";
import { startStorage } from "../helpers/storage";

async function blobs(method: "copyBlob" | "fromUrl") {
    const storage = await startStorage({ copySeconds: 10 });
    const destination = storage.blob("dev");
    const subject: Subject<typeof storage.inputs, never> = {
        handler: blobCopyHandler as never,
        inputs: { ...storage.inputs, method },
        context: storage.context,
        write: (content) => storage.simulator.account("golden").putBlob("images", "orders.bak", content),
        text: () => storage.content("dev"),
        exists: () => destination.exists(),
        metadata: async () => (await destination.getProperties()).metadata,
        meddle: async () => void (await destination.upload("somebody else's own bytes", 25)),
        remove: async () => void (await destination.delete()),
        wait: (milliseconds) => void storage.clock.advance(milliseconds),
        operations: () => storage.operations(),
        close: () => storage.close(),
    };
    return subject;
}

async function ofFiles(method: "copyFile" | "fromUrl") {
    const files = await startFiles();
    const subject: Subject<typeof files.inputs, never> = {
        handler: fileCopyHandler as never,
        inputs: { ...files.inputs, method },
        context: files.context,
        write: (content) => files.write(content),
        text: () => files.text(),
        exists: () => files.file().exists(),
        metadata: async () => (await files.file().getProperties()).metadata,
        meddle: async () => void (await files.file().uploadRange("X", 0, 1)),
        remove: async () => void (await files.file().delete()),
        wait: (milliseconds) => void files.clock.advance(milliseconds),
        operations: () => files.operations(),
        close: () => files.close(),
    };
    return subject;
}

testCopyResource("BlobCopy by copyBlob", () => blobs("copyBlob"), true);
testCopyResource("BlobCopy by fromUrl", () => blobs("fromUrl"), false);
testCopyResource("FileCopy by copyFile", () => ofFiles("copyFile"), true);
testCopyResource("FileCopy by fromUrl", () => ofFiles("fromUrl"), false);
