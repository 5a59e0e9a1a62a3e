import type { Cases, Seen, Step } from "../case";
import * as r from "../requests";

/** Containers, and lists of blobs and of containers. */
export function listCases(cases: Cases): void {
    const queries: Record<string, string>[] = [
        ...["", "a", "a/", "b", "none", "ü", "A"].map((prefix) => ({ prefix })),
        ...["/", "-", "b/", "zz"].map((delimiter) => ({ delimiter })),
        { prefix: "a/", delimiter: "/" },
        { prefix: "a", delimiter: "/" },
        { prefix: "a/b", delimiter: "/" },
        ...["1", "2", "3", "100", "5000", "5001", "0", "-1", "x"].map((maxresults) => ({ maxresults })),
        { maxresults: "2", delimiter: "/" },
        ...["metadata", "tags", "snapshots", "uncommittedblobs", "copy", "versions", "deleted"].map((include) => ({
            include,
        })),
        { include: "metadata,tags,snapshots,uncommittedblobs,copy" },
        { include: "metadata,copy", delimiter: "/" },
        { include: "snapshots", delimiter: "/" },
        { include: "everything" },
        { include: "" },
        { marker: "" },
    ];
    for (const query of queries) {
        const name = Object.entries(query).map(([key, value]) => `${key}=${value}`);
        cases.container("List Blobs", name.join("&"), (path) => [...manyBlobs(path), r.listBlobs(path, query)]);
    }
    for (const query of [{ maxresults: "2" }, { maxresults: "1", delimiter: "/" }] as Record<string, string>[]) {
        cases.container("List Blobs", `page by page, ${Object.entries(query).flat().join(" ")}`, (path) => {
            const next = (seen: Seen) => r.listBlobs(path, { ...query, marker: markerOf(seen) });
            return [...manyBlobs(path), r.listBlobs(path, query), next, next];
        });
    }
    cases.container("List Blobs", "an empty container", (path) => [r.createContainer(path), r.listBlobs(path)]);
    cases.container("List Blobs", "no such container", (path) => [r.listBlobs(path)]);
    for (const query of [
        { prefix: "only" },
        { prefix: "only-listed", include: "metadata" },
        { prefix: "only", maxresults: "1" },
        { prefix: "none" },
        { maxresults: "0" },
        { maxresults: "x" },
        { include: "everything" },
    ] as Record<string, string>[]) {
        cases.container("List Containers", Object.entries(query).flat().join(" "), () => [
            r.createContainer("/only-listed-1", { headers: { "x-ms-meta-of": "list" } }),
            r.createContainer("/only-listed-2"),
            r.listContainers(query),
        ]);
    }
}

/** A container with blobs of every type, snapshots, tags, metadata, a copy and uncommitted blocks. */
function manyBlobs(path: string): Step[] {
    return [
        r.createContainer(path),
        r.putBlob(`${path}/a/b/deep`),
        r.putBlob(`${path}/a/1`, "one", {
            headers: { "x-ms-meta-of": "one", "x-ms-tags": "stage=dev&team=x", "x-ms-blob-content-type": "text/plain" },
        }),
        r.putBlob(`${path}/a-2`, "two"),
        r.putPageBlob(`${path}/b/page`),
        r.putAppendBlob(`${path}/append`),
        r.putBlock(`${path}/only-blocks`),
        r.putBlob(`${path}/%C3%BCber%20%26%20%3C%3E`),
        r.putBlob(`${path}/snapped`, "old"),
        r.snapshotBlob(`${path}/snapped`),
        (seen) => r.copyBlob(`${path}/copied`, `${seen.endpoint}${path}/a-2`),
        r.putBlob(`${path}/leased`),
        r.leaseBlob(`${path}/leased`, "acquire", { "x-ms-lease-duration": "-1" }),
    ];
}

function markerOf(seen: Seen): string {
    return /<NextMarker>([^<]*)</.exec(seen.answers.at(-1)!.body)?.[1] ?? "";
}
