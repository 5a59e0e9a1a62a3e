// That the table of what is covered tells the truth: each rule is put the same violation in every type's words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyReaders } from "../../policy/copies/readers";
import { covers, reference } from "../../policy/reference";
import { rules } from "../../policy/rules";
import { check } from "./support/check";
import {
    account,
    azureBlob,
    azureNativeBlob,
    blobCopy,
    command,
    day,
    type FakeResource,
    fileCopy,
    incrementalSnapshotCopy,
    native,
    sas,
    unknown,
} from "./support/resources";

/** A copy from golden to contosodev that does something wrong, as far as a type has words for it. */
interface Wrong {
    readonly source?: string;
    readonly accessTier?: string;
    /** A page blob, or where a type has none, as much as one may hold. */
    readonly page?: true;
    readonly overwrites?: true;
    readonly deletes?: true;
    readonly incremental?: true;
    readonly rehydrates?: true;
    readonly unknownSource?: true;
    /** Whether there is another resource of the same type, for the same. */
    readonly twice?: true;
    /** What is around it. */
    readonly around?: FakeResource[];
    readonly settings?: object;
}

const golden = "https://golden.blob.core.windows.net/images/orders.bak";
const atBlob = "https://contosodev.blob.core.windows.net/seed/orders.bak";
const atFile = "https://contosodev.file.core.windows.net/seed/orders.bak";

/** The source of a resource of this package. */
function ownSource({ source = golden, unknownSource }: Wrong): unknown {
    const [url, sasToken] = source.split("?");
    return unknownSource ? unknown : { url, sasToken };
}

/** How each type does it, and where it writes to. */
const types: Record<string, { readonly make: (wrong: Wrong) => FakeResource; readonly destination: string }> = {
    BlobCopy: {
        destination: atBlob,
        make: (wrong) =>
            blobCopy({
                source: ownSource(wrong),
                accessTier: wrong.page ? "P10" : wrong.accessTier,
                overwrite: wrong.overwrites && "always",
                waitForRehydration: wrong.rehydrates,
                rehydratePriority: wrong.rehydrates && "High",
                timeout: undefined,
            }),
    },
    FileCopy: {
        destination: atFile,
        make: (wrong) =>
            fileCopy({
                source: ownSource(wrong),
                overwrite: wrong.overwrites && "always",
                ...(wrong.page && { sourceContentLength: 4 * 1024 ** 4 }),
                timeout: undefined,
            }),
    },
    IncrementalSnapshotCopy: {
        destination: atBlob,
        make: (wrong) =>
            incrementalSnapshotCopy({ source: ownSource(wrong), ...(wrong.page && { timeout: undefined }) }),
    },
    "azure Blob": {
        destination: atBlob,
        make: ({ source = golden, accessTier, page, unknownSource }) =>
            azureBlob({ sourceUri: unknownSource ? unknown : source, accessTier, type: page ? "Page" : "Block" }),
    },
    "azure-native Blob": {
        destination: atBlob,
        make: ({ source = golden, accessTier, page, unknownSource }) =>
            azureNativeBlob(source, {
                accessTier,
                type: page ? "Page" : "Block",
                ...(unknownSource && { source: unknown }),
            }),
    },
    Command: {
        destination: atBlob,
        make: ({ source = golden, accessTier, page, overwrites, deletes, incremental, rehydrates, unknownSource }) => {
            if (incremental || rehydrates || source.startsWith("https://example.com/")) {
                const kind = incremental ? "incremental-copy" : "copy";
                const priority = rehydrates ? "--tier Hot --rehydrate-priority High" : "";
                return command(
                    `az storage blob ${kind} start --account-name contosodev -c seed -b orders.bak -u '${source}' ${priority}`,
                );
            }
            const overwrite = `copy --overwrite=${overwrites ? "true" : "false"}`;
            const verb = deletes ? "sync --delete-destination=true" : overwrite;
            const tier = accessTier ? `--block-blob-tier=${accessTier}` : "";
            const type = page ? "--blob-type=PageBlob" : "";
            return command(unknownSource ? unknown : `azcopy ${verb} '${source}' ${atBlob} ${tier} ${type}`);
        },
    },
};

const lifecycle = native("ManagementPolicy", {
    policy: { rules: [{ definition: { actions: { baseBlob: { delete: { daysAfterCreationGreaterThan: 1 } } } } }] },
});

const wrongs: Record<(typeof rules)[number]["name"], Wrong | ((destination: string) => Wrong)> = {
    "archive-tier-destination": { accessTier: "Archive" },
    "cross-region-copy": { settings: { regions: { golden: "eastus", contosodev: "westus" } } },
    "unknown-region": {},
    "egress-cost": { settings: { regions: { golden: "eastus", contosodev: "westeurope" }, sizes: { golden: 9e9 } } },
    "early-deletion-fee": { accessTier: "Cool", around: [account(), lifecycle] },
    "overwrite-without-protection": { overwrites: true, around: [account()] },
    "overwrite-under-worm": {
        overwrites: true,
        around: [account(), native("BlobContainerLegalHold", { containerName: "seed" })],
    },
    "mirror-without-soft-delete": { deletes: true, around: [account()] },
    "same-destination": { twice: true },
    "nested-destination": (destination) => ({
        around: [{ ...command(`azcopy sync ${golden} ${destination.replace("/orders.bak", "")}`), name: "tree" }],
    }),
    "copy-cycle": (destination) => ({
        around: [blobCopy({ source: { url: destination }, destination: { url: golden } }, { name: "z" })],
    }),
    "incremental-destination-written": { incremental: true, around: [blobCopy({}, { name: "other" })] },
    "secret-instead-of-entra-id": { source: `${golden}?${sas()}` },
    "sas-not-https-only": { source: `${golden}?${sas({ spr: "https,http" })}` },
    "sas-writable": { source: `${golden}?${sas({ sp: "rd" })}` },
    "sas-long-lived": { source: `${golden}?${sas({ se: day(99) })}` },
    "sas-expires-before-timeout": { source: `${golden}?${sas({ se: day(0.01) })}` },
    "http-source": { source: golden.replace("https", "http") },
    "source-host-not-allowed": { source: "https://example.com/a" },
    "anonymous-source": { source: "https://example.com/a" },
    "cross-tenant-copy": { settings: { tenants: { golden: "1", contosodev: "2" } } },
    "destination-allows-shared-key": { around: [account({ allowSharedKeyAccess: true })] },
    "destination-allows-public-blobs": { around: [account({ allowBlobPublicAccess: true })] },
    "destination-allows-any-copy-scope": { around: [account({ allowedCopyScope: undefined })] },
    "rehydration-without-timeout": { rehydrates: true },
    "large-copy-without-timeout": { page: true },
    "unknown-values": { unknownSource: true },
};

describe.each(rules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
    it.each(copyReaders.map((reader) => [reader.label, reader] as const))(
        "covers %s as the table says",
        async (label, reader) => {
            const { make, destination } = types[label]!;
            const given = wrongs[name];
            const wrong = typeof given === "function" ? given(destination) : given;
            const resource = make(wrong);
            const resources = [
                resource,
                ...(wrong.twice ? [{ ...resource, name: "other" }] : []),
                ...(wrong.around ?? []),
            ];
            const asked =
                name === "unknown-values"
                    ? rules.filter((one) => one.name === "same-destination" || one.name === "http-source")
                    : rule;
            const { violations, undecided } = await check(asked as typeof rule, resources, wrong.settings);
            const told = name === "unknown-values" ? undecided : violations;
            expect(told.length > 0).toBe(covers(rule, reader));
        },
    );
});

it("is as long as the README of the package says", () => {
    expect(readFileSync(join(__dirname, "../../README.md"), "utf8")).toContain(`${rules.length} rules`);
});

it("is what policy/README.md says; npm run policy:reference writes it", () => {
    expect(readFileSync(join(__dirname, "../../policy/README.md"), "utf8")).toBe(reference());
});
