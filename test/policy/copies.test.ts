// What is read of the ways to copy that are not this package's.

import { describe, expect, it } from "vitest";
import type { Copy, End } from "../../policy/copies/copy";
import { readerOf } from "../../policy/copies/readers";
import { plainProperties, Unknown } from "../../policy/known";
import { received } from "./support/check";
import {
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    devBlob,
    devFile,
    type FakeResource,
    fileCopy,
    goldenBlob,
    incrementalSnapshotCopy,
    unknown,
} from "./support/resources";

async function copiesOf({ type, name, props, createSeconds = 0 }: FakeResource): Promise<readonly Copy[]> {
    const properties = plainProperties(received(props));
    return readerOf(type)!.read({ type, name, urn: "urn", properties, createSeconds });
}

const place = ({ accountName, containerName, path, isTree }: End) => ({ accountName, containerName, path, isTree });
const at = (accountName: string, containerName: string, path: string, isTree = false) => ({
    accountName,
    containerName,
    path,
    isTree,
});

const golden = "https://golden.blob.core.windows.net";
const dev = "https://dev.blob.core.windows.net";

describe("a command", () => {
    it.each<[string, ReturnType<typeof at>, ReturnType<typeof at>, Partial<Copy>]>([
        [
            `azcopy copy ${golden}/a/b ${dev}/c/d`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            { overwrites: true, deletes: false },
        ],
        [
            `azcopy cp --overwrite ifSourceNewer "${golden}/a/*" ${dev}/c --recursive`,
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { overwrites: true },
        ],
        [
            `azcopy c --recursive ${golden}/a ${dev}/c --overwrite=false`,
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { overwrites: false },
        ],
        [
            `azcopy sync --delete-destination true ${golden}/a ${dev}/c`,
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { deletes: true },
        ],
        [
            `azcopy --log-level=ERROR s ${golden}/a ${dev}/c`.replace("--log-level=ERROR s", "s --log-level=ERROR"),
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { deletes: false },
        ],
        [
            `azcopy --log-level=ERROR --cap-mbps 100 sync ${golden}/a ${dev}/c --delete-destination=true`,
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { deletes: true },
        ],
        [`azcopy copy ${golden}/a/b ${dev}/c`, at("golden", "a", "b"), at("dev", "c", "b"), {}],
        [`azcopy copy ${golden}/a/b ${dev}/c/d/`, at("golden", "a", "b"), at("dev", "c", "d/b"), {}],
        [
            `azcopy copy ${golden}/a/b ${dev}/c/d --recursive`,
            at("golden", "a", "b", true),
            at("dev", "c", "d/b", true),
            {},
        ],
        [
            `azcopy copy '${golden}/a/b/*' ${dev}/c/d --recursive`,
            at("golden", "a", "b", true),
            at("dev", "c", "d", true),
            {},
        ],
        [
            `azcopy copy ${golden}/a/b ${dev}/c/d --recursive --as-subdir=false`,
            at("golden", "a", "b", true),
            at("dev", "c", "d", true),
            {},
        ],
        [`"$HOME/bin/azcopy" copy ${golden}/a/b ${dev}/c/d`, at("golden", "a", "b"), at("dev", "c", "d"), {}],
        [`"$AZCOPY" copy ${golden}/a/b ${dev}/c/d`, at("golden", "a", "b"), at("dev", "c", "d"), {}],
        [`$(which azcopy) copy ${golden}/a/b ${dev}/c/d`, at("golden", "a", "b"), at("dev", "c", "d"), {}],
        [`azcopy.exe copy ${golden}/a/b ${dev}/c/d`, at("golden", "a", "b"), at("dev", "c", "d"), {}],
        [
            `azcopy sync $OPTIONS ${golden}/a ${dev}/c`,
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { deletes: new Unknown("$OPTIONS") },
        ],
        [
            `az --only-show-errors storage blob copy start --connection-string "AccountName=dev;AccountKey=a2V5" -c c -b d -u ${golden}/a/b`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            {},
        ],
        [
            `az storage blob copy start --blob-endpoint ${dev} -c c -b d -u ${golden}/a/b`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            {},
        ],
        [
            "az storage blob sync --account-name dev -c c -s site -d path/to/site",
            { accountName: undefined, containerName: undefined, path: "site", isTree: true } as never,
            at("dev", "c", "path/to/site", true),
            { deletes: true },
        ],
        [
            "az storage copy --source-account-name golden --source-share s --source-file-path f --account-name dev --destination-container c --destination-blob d -- --block-blob-tier=Archive",
            at("golden", "s", "f"),
            at("dev", "c", "d"),
            { accessTier: "Archive" },
        ],
        [
            `az storage blob copy start --account-name dev -c c -b d --source-account-name golden --source-container a --source-blob b --tier Cool`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            { overwrites: true, accessTier: "Cool" },
        ],
        [
            `az storage blob copy start --account-name=dev --destination-container=c --destination-blob=d -u ${golden}/a/b --destination-if-none-match '*'`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            { overwrites: false },
        ],
        [
            "az storage blob copy start-batch --account-name dev --destination-container c --source-account-name golden --source-container a",
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            { overwrites: true },
        ],
        [
            `az storage copy -s ${golden}/a/b -d ${dev}/c/d`,
            at("golden", "a", "b"),
            at("dev", "c", "d"),
            { overwrites: true },
        ],
        [
            "az storage copy --source-account-name golden --source-container a --account-name dev --destination-container c --recursive",
            at("golden", "a", "", true),
            at("dev", "c", "", true),
            {},
        ],
        [
            `az storage file copy start --account-name dev -s share -p file --source-uri ${golden}/a/b`,
            at("golden", "a", "b"),
            at("dev", "share", "file"),
            {},
        ],
    ])("is read: %s", async (script, source, destination, facts) => {
        const [copy, ...others] = await copiesOf(command(script));
        expect(others).toEqual([]);
        expect(place(copy!.source)).toEqual(source);
        expect(place(copy!.destination)).toEqual(destination);
        expect(copy).toMatchObject(facts);
    });

    it.each([
        "azcopy list https://golden.blob.core.windows.net/a",
        "az storage blob upload --account-name dev -c c -f f",
        "az storage blob copy cancel --account-name dev -c c -b b --copy-id x",
        `azcopy copy --dry-run ${golden}/a ${dev}/c`,
        "echo azcopy copy a b",
    ])("makes no copy: %s", async (script) => {
        expect(await copiesOf(command(script))).toEqual([]);
    });

    it.each<[string, string, Partial<Copy>]>([
        ["account", "az storage blob copy start -c c -b b -u https://golden.blob.core.windows.net/a", {}],
        [
            "connection string",
            'az storage blob copy start-batch --connection-string "$CS" -c c --source-container c',
            {},
        ],
        ["option", `az storage blob copy start -c c -b b "\${OPTIONS[@]}"`, { overwrites: new Unknown("$OPTIONS") }],
        ["end", `azcopy copy "\${OPTIONS[@]}"`, { overwrites: new Unknown("$OPTIONS") }],
    ])("that tells no %s is a copy of which that is not known", async (_, script, facts) => {
        const [copy] = await copiesOf(command(script));
        expect(copy!.destination.accountName).toBeInstanceOf(Unknown);
        expect(copy).toMatchObject(facts);
    });

    it.each(["-d file.txt", "-d /tmp/file.txt", "--destination-local-path file.txt"])(
        "reads only, with %s",
        async (option) => {
            const [copy] = await copiesOf(command(`az storage copy -s ${golden}/a/b --account-name dev ${option}`));
            expect(copy!.destination).toMatchObject({ service: "local", accountName: undefined });
        },
    );

    it("tells the service of each end that the Azure CLI names", async () => {
        const [copy] = await copiesOf(
            command("az storage file copy start-batch --account-name dev --destination-share s --source-container c"),
        );
        expect([copy!.source.service, copy!.destination.service]).toEqual(["blob", "file"]);
    });

    it("is read with the variables of its environment", async () => {
        const [copy] = await copiesOf(
            command('azcopy copy "$SRC?$SAS" "$DST"', {
                environment: { SRC: `${golden}/a/b`, DST: unknown, SAS: unknown },
            }),
        );
        expect(place(copy!.source)).toEqual(at("golden", "a", "b"));
        expect(copy!.source.credential).toEqual({ kind: "sas", sas: new Unknown("environment.SAS") });
        expect(copy!.destination.accountName).toEqual(new Unknown("environment.DST"));
    });

    it("is read where a shell reads its script from stdin", async () => {
        const stdin = `azcopy copy ${golden}/a/b ${dev}/c/d`;
        const [copy] = await copiesOf(command("bash -s", { stdin }));
        expect(place(copy!.destination)).toEqual(at("dev", "c", "d"));
        expect(await copiesOf(command("cat", { stdin }))).toEqual([]);
    });

    it("is read on a remote machine, and each of its scripts", async () => {
        const remote = {
            ...command(`azcopy copy ${golden}/a/b ${dev}/c/one`, { update: `azcopy copy ${golden}/a/b ${dev}/c/two` }),
            type: "command:remote:Command",
        };
        expect((await copiesOf(remote)).map(({ destination }) => destination.path)).toEqual(["one", "two"]);
    });

    it.each([
        ["of another shell", { interpreter: ["pwsh", "-Command"] }, `azcopy copy ${golden}/a ${dev}/c`],
        ["that can't be parsed", {}, `azcopy copy '${golden}/a ${dev}/c`],
        ["that is not known yet", {}, unknown],
        ["of a shell that is not known yet", { interpreter: unknown }, `azcopy copy ${golden}/a ${dev}/c`],
    ])("that is a script %s is a copy of which nothing is known", async (_, props, script) => {
        const [copy] = await copiesOf(command(script, props));
        const property = "interpreter" in props && props.interpreter === unknown ? "interpreter" : "create";
        expect(copy!.source.host).toEqual(new Unknown(property));
        expect(copy!.destination.accountName).toEqual(new Unknown(property));
    });
});

describe("a Blob of azure", () => {
    it("copies by sourceUri alone", async () => {
        expect(await copiesOf(azureBlob({ sourceUri: undefined }))).toEqual([]);
        const [copy] = await copiesOf(azureBlob({ sourceUri: `${golden}/a/b?snapshot=2026-01-31T12:00:00.0000000Z` }));
        expect(place(copy!.source)).toEqual(at("golden", "a", "b"));
        expect(copy!.source.snapshot).toBe("2026-01-31T12:00:00.0000000Z");
        expect(place(copy!.destination)).toEqual(at("contosodev", "seed", "orders.bak"));
    });
});

describe("a Blob of azure-native", () => {
    it("copies from a remote asset alone, of whichever API version", async () => {
        expect(await copiesOf({ ...azureNativeBlob("x"), props: { accountName: "dev" } })).toEqual([]);
        for (const type of [
            "azure-native:storage/v20240101preview:Blob",
            "azure-native_storage_v20240101:storage:Blob",
            "azure-native_storage_v20240101preview:storage:Blob",
        ]) {
            const [copy] = await copiesOf({ ...azureNativeBlob(`${golden}/a/b`), type });
            expect(place(copy!.source)).toEqual(at("golden", "a", "b"));
        }
    });

    const archive = { "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7" };

    it("copies from a remote archive, too", async () => {
        const [copy] = await copiesOf(azureNativeBlob("", { source: { ...archive, uri: `${golden}/a/b.zip` } }));
        expect(place(copy!.source)).toEqual(at("golden", "a", "b.zip"));
        expect(await copiesOf(azureNativeBlob("", { source: { ...archive, path: "site" } }))).toEqual([]);
    });

    it("may copy from an asset that is not known yet", async () => {
        const [copy] = await copiesOf(azureNativeBlob("", { source: unknown }));
        expect(copy!.source.host).toEqual(new Unknown("source"));
        expect(copy!.source.credential).toEqual(new Unknown("source"));
    });
});

describe("a BlobCopy", () => {
    it("is read by its parts, however they say where it is", async () => {
        const ends = [
            { url: `${golden}/a/b%20c` },
            { accountName: "golden", containerName: "a", blobName: "b c" },
            { endpoint: golden, containerName: "a", blobName: "b c" },
            { connectionString: "AccountName=golden;AccountKey=a2V5", containerName: "a", blobName: "b c" },
            { url: "http://127.0.0.1:10000/golden/a/b%20c" },
        ];
        for (const source of ends) {
            const [copy] = await copiesOf(blobCopy({ source }));
            expect(place(copy!.source)).toEqual(at("golden", "a", "b c"));
        }
    });

    it.each<[string, unknown, ReturnType<typeof at>]>([
        ["a blob of the root container", { url: `${golden}/b` }, at("golden", "$root", "b")],
        [
            "a file by its parts",
            { accountName: "golden", shareName: "config", filePath: "app/a b", accountKey: "a2V5" },
            at("golden", "config", "app/a b"),
        ],
        [
            "a file by a connection string",
            { connectionString: "AccountName=golden;AccountKey=a2V5", shareName: "config", filePath: "a" },
            at("golden", "config", "a"),
        ],
        [
            "a blob behind a custom domain, by its parts",
            { endpoint: "https://blobs.contoso.com", accountName: "golden", containerName: "a", blobName: "b" },
            at("golden", "a", "b"),
        ],
        [
            "a blob behind a custom domain, by its URL",
            { url: "https://blobs.contoso.com/a/b/c", accountName: "golden" },
            at("golden", "a", "b/c"),
        ],
    ])("is read where its source is %s", async (_, source, expected) => {
        const [copy] = await copiesOf(blobCopy({ source }));
        expect(place(copy!.source)).toEqual(expected);
        expect(copy!.source.service).toBe(expected.containerName === "config" ? "file" : "blob");
        expect(copy!.source.scheme).toBe("https");
    });

    it.each<[string, unknown]>([
        ["a snapshot", goldenBlob({ snapshot: "2026-01-31T12:00:00.0000000Z" })],
        ["a version", goldenBlob({ versionId: "2026-01-31T12:00:00.0000000Z" })],
        ["a share snapshot", { ...devFile(), shareSnapshot: "2026-01-31T12:00:00.0000000Z" }],
        ["a snapshot's URL", { url: `${golden}/a/b?snapshot=2026-01-31T12:00:00.0000000Z` }],
        ["a version in Amazon S3", { s3: { bucket: "b", key: "k", versionId: "1" } }],
        ["a generation in Google Cloud Storage", { url: "gs://b/o#17" }],
    ])("copies once from %s", async (_, source) => {
        const [copy] = await copiesOf(blobCopy({ source, onSourceChange: undefined }));
        expect(copy!.copiesAgain).toBe(false);
    });

    it("keeps secrets of every kind out of messages", async () => {
        const s3 = { bucket: "b", key: "k", secretAccessKey: "hidden key", sessionToken: "hidden token" };
        const [copy] = await copiesOf(
            blobCopy({ source: { s3 }, destination: devBlob({ accountKey: "hidden account" }) }),
        );
        expect(copy!.secrets).toEqual(["hidden key", "hidden token", "hidden account"]);
    });

    it.each<[unknown, unknown, unknown]>([
        [undefined, undefined, false],
        ["never", "copyAgain", false],
        ["ifUnchanged", "fail", false],
        ["ifUnchanged", "copyAgain", true],
        ["always", undefined, true],
        ["always", unknown, true],
        [unknown, undefined, new Unknown("overwrite")],
        [undefined, unknown, new Unknown("onDestinationDrift")],
    ])(
        "with overwrite %j and onDestinationDrift %j overwrites: %j",
        async (overwrite, onDestinationDrift, expected) => {
            const [copy] = await copiesOf(blobCopy({ overwrite, onDestinationDrift }));
            expect(copy!.overwrites).toEqual(expected);
        },
    );

    it.each<[unknown, unknown]>([
        [{ type: "servicePrincipal", clientSecret: "hidden secret" }, { kind: "entraId" }],
        [{ type: "anonymous" }, { kind: "anonymous" }],
        [{ type: unknown }, new Unknown("source.credential.type")],
        [unknown, new Unknown("source.credential")],
    ])("has the credential that it is given: %j", async (credential, kind) => {
        const source = { accountName: "golden", containerName: "a", blobName: "b", credential };
        const [copy] = await copiesOf(blobCopy({ source }));
        expect(copy!.source.credential).toEqual(kind);
        expect(copy!.secrets.includes("hidden secret")).toBe(JSON.stringify(kind).includes("entraId"));
    });

    it("is read part by part where some are not known", async () => {
        const [copy] = await copiesOf(
            blobCopy({ destination: { accountName: unknown, containerName: "seed", blobName: unknown } }),
        );
        expect(copy!.destination).toMatchObject({
            service: "blob",
            scheme: "https",
            accountName: new Unknown("destination.accountName"),
            containerName: "seed",
            path: new Unknown("destination.blobName"),
        });
    });

    it("copies nothing where it only reads", async () => {
        expect(await copiesOf({ ...blobCopy(), props: {} })).toEqual([]);
    });
});

describe("a FileCopy", () => {
    it("is read by its parts, however they say where it is", async () => {
        const files = [
            { url: "https://golden.file.core.windows.net/a/b%20c" },
            { accountName: "golden", shareName: "a", filePath: "b c" },
            { endpoint: "https://golden.file.core.windows.net", shareName: "a", filePath: "b c" },
            { connectionString: "AccountName=golden;AccountKey=a2V5", shareName: "a", filePath: "b c" },
            { endpoint: "http://127.0.0.1:10004/golden", shareName: "a", filePath: "b c" },
            { url: "http://golden.file.localhost:10004/a/b%20c" },
        ];
        for (const file of files) {
            const [copy] = await copiesOf(fileCopy({ source: file, destination: file }));
            for (const end of [copy!.source, copy!.destination]) {
                expect(place(end)).toEqual(at("golden", "a", "b c"));
                expect(end.service).toBe("file");
            }
        }
    });

    it("has a blob as its source, too", async () => {
        const [copy] = await copiesOf(fileCopy({ source: goldenBlob() }));
        expect(copy!.source).toMatchObject({ service: "blob", host: "golden.blob.core.windows.net" });
    });

    it("is read part by part where some are not known", async () => {
        const [copy] = await copiesOf(fileCopy({ destination: devFile({ accountName: unknown, filePath: unknown }) }));
        expect(copy!.destination).toMatchObject({
            service: "file",
            scheme: "https",
            accountName: new Unknown("destination.accountName"),
            containerName: "seed",
            path: new Unknown("destination.filePath"),
            credential: { kind: "entraId" },
        });
    });

    it("tells its size, its timeout and what is acknowledged", async () => {
        const [copy] = await copiesOf(
            fileCopy({
                sourceContentLength: 5,
                timeout: "90s",
                acknowledgeEgress: true,
                acknowledgeCrossTenant: "known",
                acknowledgeOverwrite: unknown,
            }),
        );
        expect(copy).toMatchObject({
            size: 5,
            timeoutSeconds: 90,
            acknowledgeEgress: true,
            acknowledgeCrossTenant: "known",
            acknowledgeOverwrite: new Unknown("acknowledgeOverwrite"),
        });
    });

    it.each(["acknowledgeEgress", "acknowledgeCrossTenant", "acknowledgeOverwrite"])(
        "takes a text of %s for the reason, unless it says no",
        async (input) => {
            const read = async (value: unknown) => {
                const [copy] = await copiesOf(fileCopy({ [input]: value }));
                return copy![input as keyof Copy];
            };
            expect(await read("it is ours")).toBe("it is ours");
            expect(await read("Off")).toBe(false);
            expect(await read(" no.")).toBe(false);
            expect(await read(false)).toBe(false);
        },
    );

    it("copies nothing where it only reads", async () => {
        expect(await copiesOf({ ...fileCopy(), props: { destination: { accountKey: "a2V5" } } })).toEqual([]);
    });
});

describe("an IncrementalSnapshotCopy", () => {
    const snapshot = "2026-01-31T12:00:00.0000000Z";

    it.each<[string, unknown, unknown]>([
        ["its DateTime", snapshot, snapshot],
        ["its URL", `${golden}/a/b?snapshot=${snapshot}`, snapshot],
        ["its encoded URL", `${golden}/a/b?snapshot=${encodeURIComponent(snapshot)}`, snapshot],
        ["what is not known yet", unknown, new Unknown("snapshot")],
        ["nothing", undefined, undefined],
    ])("reads the snapshot of its source by %s", async (_, given, expected) => {
        const [copy] = await copiesOf(incrementalSnapshotCopy({ snapshot: given }));
        expect(copy!.source.snapshot).toEqual(expected);
    });

    it("copies a page blob incrementally, and overwrites nothing", async () => {
        const [copy] = await copiesOf(incrementalSnapshotCopy());
        expect(copy).toMatchObject({
            incremental: true,
            blobType: "PageBlob",
            overwrites: false,
            copiesAgain: false,
            timeoutSeconds: 3_600,
        });
        expect(place(copy!.destination)).toEqual(at("contosodev", "seed", "orders.bak"));
    });

    it("copies nothing where it only reads", async () => {
        expect(await copiesOf({ ...incrementalSnapshotCopy(), props: {} })).toEqual([]);
    });
});
