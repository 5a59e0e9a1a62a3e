import { expect, it } from "vitest";
import { httpSource } from "../../policy/rules/httpSource";
import { remedied } from "./support/remedy";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    devFile,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";
import { testRule } from "./support/testRule";

const endpoint = "http://golden.blob.core.windows.net";

testRule(httpSource, {
    accepts: {
        https: [blobCopy({ source: { url: "https://golden.blob.core.windows.net/a/b" } })],
        "an emulator of Azure Files, by its host": [
            fileCopy({ source: { url: "http://golden.file.localhost:10004/config/app/settings.json" } }),
        ],
        "an emulator": [blobCopy({ source: { url: "http://127.0.0.1:10000/golden/a/b" } })],
        "an account that is named": [blobCopy()],
        "a path on this machine": [command("azcopy copy ./folder https://dev.blob.core.windows.net/a --recursive")],
    },
    refuses: {
        "an endpoint": {
            resources: [blobCopy({ source: goldenBlob({ endpoint }) })],
            finding: "source is reached over http: http://golden.blob.core.windows.net/images/orders.bak.",
        },
        "a URL of a web server": {
            resources: [blobCopy({ source: { url: "http://example.com/a" } })],
            finding: "source is reached over http: http://example.com/a.",
        },
        "a destination": {
            resources: [blobCopy({ destination: { url: `${endpoint}/a/b` } })],
            finding: "destination is reached over http",
        },
        "a FileCopy": {
            resources: [fileCopy({ destination: devFile({ endpoint: "http://contosodev.file.core.windows.net" }) })],
            finding: "destination is reached over http: http://contosodev.file.core.windows.net/seed/orders.bak.",
        },
        "an IncrementalSnapshotCopy": {
            resources: [incrementalSnapshotCopy({ source: goldenBlob({ endpoint }) })],
            finding: "source is reached over http",
        },
        "an azure Blob": {
            resources: [azureBlob({ sourceUri: `${endpoint}/a/b` })],
            finding: "sourceUri is reached over http",
        },
        "an azure-native Blob": {
            resources: [azureNativeBlob(`${endpoint}/a/b`)],
            finding: "source is reached over http",
        },
        "a command": {
            resources: [command(`azcopy copy ${endpoint}/a https://dev.blob.core.windows.net/a`)],
            finding: "azcopy copy (source) is reached over http",
        },
    },
    undecided: {
        "an unknown URL": { resources: [blobCopy({ source: { url: unknown } })], property: "source.url" },
        "an unknown account, which is reached over https": {
            resources: [blobCopy({ destination: devBlob({ accountName: unknown }) })],
            property: null,
        },
    },
});

it("mends http of Azure to https, in place, and leaves other servers", async () => {
    const source = goldenBlob({ endpoint });
    expect(await remedied(httpSource, blobCopy({ source }))).toMatchObject({
        source: { ...source, endpoint: "https://golden.blob.core.windows.net" },
    });
    const destination = devFile({ endpoint: "http://contosodev.file.core.windows.net" });
    expect(await remedied(httpSource, fileCopy({ destination }))).toMatchObject({
        destination: { ...destination, endpoint: "https://contosodev.file.core.windows.net" },
    });
    expect(await remedied(httpSource, incrementalSnapshotCopy({ source }))).toMatchObject({
        source: { ...source, endpoint: "https://golden.blob.core.windows.net" },
    });
    const emulated = { url: "http://golden.file.localhost:10004/config/a" };
    expect(await remedied(httpSource, fileCopy({ source: emulated }))).toBeUndefined();
    expect(await remedied(httpSource, azureBlob({ sourceUri: `${endpoint}/a/b?sig=c2lnbmF0dXJl` }))).toMatchObject({
        sourceUri: "https://golden.blob.core.windows.net/a/b?sig=c2lnbmF0dXJl",
    });
    expect(await remedied(httpSource, blobCopy({ source: { url: "http://example.com/a" } }))).toBeUndefined();
    expect(await remedied(httpSource, blobCopy({ source: { url: unknown } }))).toBeUndefined();
    expect(
        await remedied(httpSource, blobCopy({ source: goldenBlob({ endpoint }) }), { exempt: ["seed"] }),
    ).toBeUndefined();
});
