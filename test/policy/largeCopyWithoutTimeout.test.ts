import { expect, it } from "vitest";
import { largeCopyWithoutTimeout } from "../../policy/rules/largeCopyWithoutTimeout";
import { remedied } from "./support/remedy";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    fileCopy,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const large = { sourceContentLength: 200 * 1024 ** 3, timeout: undefined };

testRule(largeCopyWithoutTimeout, {
    accepts: {
        "a timeout": [blobCopy({ ...large, timeout: "2d" })],
        "a small copy": [blobCopy({ sourceContentLength: 5, timeout: undefined })],
        "a size that nobody tells": [blobCopy({ timeout: undefined })],
        "a small file": [fileCopy({ sourceContentLength: 5, timeout: undefined })],
        "an incremental copy with a timeout": [incrementalSnapshotCopy()],
        "a higher limit": { resources: [blobCopy(large)], settings: { gibibytes: 500 } },
        "customTimeouts of another resource": [azureBlob({ type: "Page" }, { createSeconds: 600 })],
    },
    refuses: {
        "a large copy": { resources: [blobCopy(large)], finding: "no timeout is given, and 200 GiB are copied." },
        "a page blob's tier": {
            resources: [blobCopy({ accessTier: "P30", timeout: undefined })],
            finding: "no timeout is given, and a page blob is copied.",
        },
        "a page blob's type": {
            resources: [blobCopy({ blobType: "PageBlob", timeout: undefined })],
            finding: "no timeout is given, and a page blob is copied.",
        },
        "a large file": { resources: [fileCopy(large)], finding: "no timeout is given, and 200 GiB are copied." },
        "an incremental copy, whose first one moves all pages": {
            resources: [incrementalSnapshotCopy({ timeout: undefined })],
            finding: "no timeout is given, and a page blob is copied.",
        },
        "an azure Blob": { resources: [azureBlob({ type: "Page" })], finding: "a page blob is copied." },
        "an azure-native Blob": {
            resources: [azureNativeBlob("https://example.com/a", { type: "Page" })],
            finding: "a page blob is copied.",
        },
        "a command": {
            resources: [
                command("azcopy copy https://a.example/d https://dev.blob.core.windows.net/a/d --blob-type PageBlob"),
            ],
            finding: "a page blob is copied.",
        },
    },
    undecided: {
        "an unknown timeout": { resources: [blobCopy({ ...large, timeout: unknown })], property: "timeout" },
        "an unknown type": { resources: [azureBlob({ type: unknown })], property: "type" },
    },
});

it("mends this package's resources by the timeout that is set, and nothing else", async () => {
    expect(await remedied(largeCopyWithoutTimeout, blobCopy(large), { timeout: "3d" })).toMatchObject({
        timeout: "3d",
    });
    expect(await remedied(largeCopyWithoutTimeout, fileCopy(large))).toMatchObject({ timeout: "24h" });
    expect(await remedied(largeCopyWithoutTimeout, incrementalSnapshotCopy({ timeout: undefined }))).toMatchObject({
        timeout: "24h",
    });
    expect(await remedied(largeCopyWithoutTimeout, blobCopy({ timeout: undefined }))).toBeUndefined();
    expect(await remedied(largeCopyWithoutTimeout, blobCopy({ ...large, timeout: "1h" }))).toBeUndefined();
    expect(await remedied(largeCopyWithoutTimeout, azureBlob({ type: "Page" }))).toBeUndefined();
});
