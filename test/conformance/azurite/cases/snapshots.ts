import type { Cases, Seen, Step } from "../case";
import { ON_BLOBS } from "../matrix";
import * as r from "../requests";

/** Snapshots: what can be done with one, and what deleting does. */
export function snapshotCases(cases: Cases): void {
    for (const operation of ON_BLOBS) {
        cases.blob(operation.name, "on a snapshot", (path) => [
            ...operation.setup(path),
            r.snapshotBlob(path),
            (seen) => operation.request(path, seen, { query: { snapshot: snapshotOf(seen) } }),
            r.getBlobProperties(path),
        ]);
        for (const [name, snapshot] of Object.entries(NOT_THERE)) {
            cases.blob(operation.name, `on a snapshot that is ${name}`, (path) => [
                ...operation.setup(path),
                (seen) => operation.request(path, seen, { query: { snapshot } }),
            ]);
        }
    }
    for (const [name, steps] of Object.entries(SEQUENCES)) {
        cases.blob("Snapshot Blob", name, (path) => [...steps(path), r.getBlobProperties(path)]);
    }
    for (const value of ["include", "only", "all", ""]) {
        const headers = { "x-ms-delete-snapshots": value };
        cases.blob("Delete Blob", `with snapshots, x-ms-delete-snapshots: ${value}`, (path) => [
            r.putBlob(path),
            r.snapshotBlob(path),
            r.deleteBlob(path, { headers }),
            r.getBlobProperties(path),
            (seen) => r.getBlobProperties(path, { query: { snapshot: snapshotOf(seen) } }),
        ]);
        cases.blob("Delete Blob", `without snapshots, x-ms-delete-snapshots: ${value}`, (path) => [
            r.putBlob(path),
            r.deleteBlob(path, { headers }),
            r.getBlobProperties(path),
        ]);
        cases.blob("Delete Blob", `a snapshot, x-ms-delete-snapshots: ${value}`, (path) => [
            r.putBlob(path),
            r.snapshotBlob(path),
            (seen) => r.deleteBlob(path, { headers, query: { snapshot: snapshotOf(seen) } }),
        ]);
    }
    cases.blob("Delete Blob", "with snapshots, without saying what of them", (path) => [
        r.putBlob(path),
        r.snapshotBlob(path),
        r.deleteBlob(path),
        r.getBlobProperties(path),
    ]);
    cases.blob("Delete Blob", "twice", (path) => [r.putBlob(path), r.deleteBlob(path), r.deleteBlob(path)]);
}

const NOT_THERE = { "not there": "2020-01-01T00:00:00.0000000Z", "no time": "yesterday" };

/** The x-ms-snapshot of the last Snapshot Blob. */
function snapshotOf(seen: Seen): string {
    const made = seen.answers.filter((answer) => answer.headers["x-ms-snapshot"] !== undefined).at(-1);
    return String(made?.headers["x-ms-snapshot"]);
}

const SEQUENCES: Readonly<Record<string, (path: string) => Step[]>> = {
    "keeps content, metadata and ETag": (path) => [
        r.putBlob(path, "old", { headers: { "x-ms-meta-a": "1", "x-ms-blob-content-type": "text/plain" } }),
        r.snapshotBlob(path),
        r.putBlob(path, "new"),
        (seen) => r.getBlob(path, { query: { snapshot: snapshotOf(seen) } }),
        (seen) => r.getBlobProperties(path, { query: { snapshot: snapshotOf(seen) } }),
    ],
    "with metadata of its own": (path) => [
        r.putBlob(path, "old", { headers: { "x-ms-meta-a": "1" } }),
        r.snapshotBlob(path, { headers: { "x-ms-meta-b": "2" } }),
        (seen) => r.getBlobProperties(path, { query: { snapshot: snapshotOf(seen) } }),
    ],
    "of a page blob": (path) => [
        r.putPageBlob(path),
        r.putPage(path),
        r.snapshotBlob(path),
        r.clearPage(path),
        (seen) => r.getPageRanges(path, { query: { snapshot: snapshotOf(seen) } }),
    ],
    "of an append blob": (path) => [
        r.putAppendBlob(path),
        r.appendBlock(path),
        r.snapshotBlob(path),
        r.appendBlock(path),
        (seen) => r.getBlob(path, { query: { snapshot: snapshotOf(seen) } }),
    ],
    "outlives an overwriting Put Blob": (path) => [
        r.putBlob(path, "old"),
        r.snapshotBlob(path),
        r.putBlob(path, "new"),
        r.deleteBlob(path),
    ],
    "promoted by Copy Blob": (path) => [
        r.putBlob(path, "old"),
        r.snapshotBlob(path),
        r.putBlob(path, "new"),
        (seen) => r.copyBlob(path, `${seen.endpoint}${path}?snapshot=${encodeURIComponent(snapshotOf(seen))}`),
        r.getBlob(path),
    ],
};
