import { describe, expect, it } from "vitest";
import { checkIncrementalSnapshotCopy } from "../../src/provider/incrementalSnapshotCopyCheck";
import type { IncrementalSnapshotCopyInputs } from "../../src/provider/incrementalSnapshotCopyTypes";
import { unknownValue } from "../../src/provider/unknown";
import { offline } from "../helpers/offline";

const key = Buffer.alloc(64, 1).toString("base64");
const snapshot = "2026-01-31T12:00:00.0000000Z";

/** Inputs without a mistake; each test changes one thing. */
const good: IncrementalSnapshotCopyInputs = {
    source: { accountName: "golden", containerName: "vhds", blobName: "db.vhd", accountKey: key },
    snapshot,
    destination: { accountName: "dev", containerName: "vhds", blobName: "db.vhd", accountKey: key },
};

const check = (change: object, olds: object = {}) =>
    checkIncrementalSnapshotCopy(olds, { ...good, ...change } as IncrementalSnapshotCopyInputs, offline);

async function failuresOf(change: object): Promise<string[]> {
    const { failures } = await check(change);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
}

const source = (change: object) => ({ source: { ...good.source, ...change } });
const taking = (takeSnapshot: unknown) => ({ snapshot: undefined, takeSnapshot });

describe("check of IncrementalSnapshotCopy", () => {
    it.each<[string, object]>([
        ["a snapshot by its DateTime", {}],
        [
            "a snapshot by its URL",
            { snapshot: `https://golden.blob.core.windows.net/vhds/db.vhd?snapshot=${snapshot}` },
        ],
        ["takeSnapshot without parts", taking({})],
        ["takeSnapshot with its parts", taking({ triggers: [1, { a: "b" }, null], deleteSuperseded: true })],
        ["all options", { keepSnapshots: 1, deleteSnapshots: true, timeout: "2h", onTimeout: "abort", conditions: {} }],
        ["what it leaves to policies", { acknowledgeEgress: "the backup's region", acknowledgeCrossTenant: true }],
        ["a snapshot that is not known yet", { snapshot: unknownValue }],
        ["takeSnapshot that is not known yet", taking(unknownValue)],
        ["triggers that are not known yet", taking({ triggers: unknownValue })],
        ["a number of snapshots that is not known yet", { keepSnapshots: unknownValue }],
        ["a source that is not known yet", { source: unknownValue }],
    ])("accepts %s, and gives it back", async (_, change) => {
        const { inputs, failures } = await check(change);
        expect(failures).toEqual([]);
        expect(inputs).toEqual({ ...good, ...change });
    });

    it.each<[string, object, string]>([
        [
            "an empty acknowledgement",
            { acknowledgeEgress: " " },
            "acknowledgeEgress must be true, false, or the reason",
        ],
        [
            "what it never does",
            { acknowledgeOverwrite: true },
            "acknowledgeOverwrite is no input of IncrementalSnapshotCopy",
        ],
        [
            "an input that is none",
            { triggers: [] },
            "triggers is no input of IncrementalSnapshotCopy; allowed are source,",
        ],
        [
            "a source elsewhere",
            { source: { url: "https://example.com/db.vhd" } },
            'source must be a page blob in Azure Storage; for anything else use BlobCopy (got "https://example.com/db.vhd")',
        ],
        [
            "a snapshot in the source",
            source({ snapshot }),
            "source.snapshot must be given as the input snapshot, beside source",
        ],
        ["a version of the source", source({ versionId: snapshot }), "source.versionId can't be copied incrementally"],
        [
            "neither snapshot nor takeSnapshot",
            { snapshot: undefined },
            "snapshot is missing; give the snapshot to copy, or takeSnapshot to have one taken",
        ],
        ["both", { takeSnapshot: {} }, `snapshot contradicts takeSnapshot; give the snapshot to copy`],
        [
            "a snapshot that is none",
            { snapshot: "yesterday" },
            'snapshot must be the DateTime of a snapshot of the source, such as 2026-01-31T12:00:00.0000000Z, or the snapshot\'s URL (got "yesterday")',
        ],
        [
            "a blob's URL for a snapshot",
            { snapshot: "https://golden.blob.core.windows.net/vhds/db.vhd" },
            "snapshot must be the DateTime",
        ],
        [
            "another blob's snapshot",
            { snapshot: `https://golden.blob.core.windows.net/vhds/other.vhd?snapshot=${snapshot}` },
            "snapshot must be a snapshot of the source, not of another blob",
        ],
        [
            "a takeSnapshot that is no object",
            taking(true),
            "takeSnapshot must be an object with triggers, deleteSuperseded",
        ],
        [
            "a part that is none",
            taking({ trigger: [] }),
            "takeSnapshot.trigger is not known; allowed are triggers, deleteSuperseded",
        ],
        ["a trigger alone", taking({ triggers: "monday" }), "takeSnapshot.triggers must be an array of values"],
        [
            "a flag that is none",
            taking({ deleteSuperseded: "yes" }),
            "takeSnapshot.deleteSuperseded must be true or false",
        ],
        [
            "a SAS that takes no snapshots",
            { ...taking({}), ...source({ accountKey: undefined, sasToken: "sp=rl&sig=abc" }) },
            "source.sasToken must permit taking snapshots (sp with c or w)",
        ],
        [
            "the source as destination",
            { destination: good.source },
            "destination is the source itself; give another name",
        ],
        ["a lease", { conditions: { leaseId: crypto.randomUUID() } }, "conditions.leaseId must be left out, since"],
        [
            "a condition on tags",
            { conditions: { tagConditions: "\"env\" = 'dev'" } },
            "conditions.tagConditions must be left out, since the destination of incremental copies can't have tags",
        ],
        ["a source over 2 KiB", source({ blobName: "ä".repeat(1_000) }), "source must be a URL of 2048 bytes at most"],
        ["a condition that is none", { conditions: { ifMatched: "*" } }, "conditions.ifMatched is not known"],
        [
            "no snapshot to keep",
            { keepSnapshots: 0 },
            "keepSnapshots must be a whole number from 1 on; leave it out to keep all (got 0)",
        ],
        ["half a snapshot to keep", { keepSnapshots: 1.5 }, "keepSnapshots must be a whole number"],
        ["deleteSnapshots that is no flag", { deleteSnapshots: "yes" }, "deleteSnapshots must be true or false"],
        [
            "a timeout over that of a user delegation SAS",
            { ...source({ accountKey: undefined, credential: { type: "azureCli" } }), timeout: "7d" },
            'timeout must be "6d23h" at most, as long as a user delegation SAS of the source lasts; or give the source an account key or a SAS (got "7d")',
        ],
        ["no duration", { timeout: "soon" }, 'timeout must be a duration from "1s" to "14d"'],
        ["another onTimeout", { onTimeout: "fail" }, 'onTimeout must be one of "keep", "abort"'],
    ])("fails with %s", async (_, change, expected) => {
        const failures = await failuresOf(change);
        expect(failures).toEqual([expect.stringContaining(expected)]);
    });

    it("tells all mistakes at once", async () => {
        expect(await failuresOf({ snapshot: "x", keepSnapshots: -1, timeout: "x" })).toHaveLength(3);
    });

    it("shows no SAS", async () => {
        const url = `https://golden.blob.core.windows.net/vhds/other.vhd?snapshot=${snapshot}&sp=r&sig=verysecret`;
        expect((await failuresOf({ snapshot: url })).join()).not.toContain("verysecret");
    });

    it("looks at the service only where a copy is due on the same destination", async () => {
        const warnings: string[] = [];
        const asking = { ...offline, warn: (message: string) => warnings.push(message) };
        const olds = { ...good, sourceGeneration: "since then", deleteSnapshots: true };
        const run = (change: object) => checkIncrementalSnapshotCopy(olds, { ...good, ...change }, asking);
        const elsewhere = { destination: { ...good.destination, blobName: "other.vhd" } };
        for (const change of [
            {},
            { timeout: "2h" },
            { snapshot: unknownValue },
            { ...elsewhere, snapshot: snapshot.replace("01", "02") },
        ]) {
            expect((await run(change)).inputs.sourceGeneration).toBe("since then");
        }
        expect(warnings).toEqual([]);
        expect((await run({ snapshot: "2026-02-28T12:00:00.0000000Z" })).inputs.sourceGeneration).toBe("since then");
        expect(warnings).toEqual([expect.stringMatching(/no network.*the copy itself will tell/)]);
    });
});
