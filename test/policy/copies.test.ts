// What is read of the ways to copy that are not this package's.

import { describe, expect, it } from "vitest";
import type { Copy, End } from "../../policy/copies/copy";
import { readerOf } from "../../policy/copies/readers";
import { plainProperties, Unknown } from "../../policy/known";
import { received } from "./support/check";
import { azureBlob, azureNativeBlob, blobCopy, command, type FakeResource, unknown } from "./support/resources";

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
    ])("that is a script %s is a copy of which nothing is known", async (_, props, script) => {
        const [copy] = await copiesOf(command(script, props));
        expect(copy!.source.host).toEqual(new Unknown("create"));
        expect(copy!.destination.accountName).toEqual(new Unknown("create"));
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
        const [copy] = await copiesOf({
            ...azureNativeBlob(`${golden}/a/b`),
            type: "azure-native:storage/v20240101preview:Blob",
        });
        expect(place(copy!.source)).toEqual(at("golden", "a", "b"));
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
