import { placeOfUrl } from "../address";
import { flagOf, type Maybe, map, objectOf, type Properties, textOf } from "../known";
import type { CopyReader } from "./copy";
import { ownCopy, ownFacts } from "./ownCopy";
import { setTimeout, useHttps } from "./ownEnds";

/** This package's `IncrementalSnapshotCopy`, whose source is a page blob always, and which overwrites nothing that somebody else has written. */
export const incrementalSnapshotCopyReader: CopyReader = {
    label: "IncrementalSnapshotCopy",
    matches: (type) => type === "pulumi-nodejs:dynamic/azure-copy:IncrementalSnapshotCopy",
    tells: [...ownFacts, "container", "blobType", "incremental", "rewrites"],
    read(resource) {
        const { properties } = resource;
        const copy = ownCopy(resource, "IncrementalSnapshotCopy", "blob");
        const snapshot = map(textOf(properties, "snapshot"), timeOf);
        return copy
            ? [
                  {
                      ...copy,
                      source: { ...copy.source, snapshot },
                      blobType: "PageBlob",
                      incremental: true,
                      copiesAgain: false,
                      sourcePermissions: map(objectOf(properties, "takeSnapshot"), permissionsToTake),
                  },
              ]
            : [];
    },
    useHttps,
    setTimeout,
};

/** A snapshot is given by its DateTime, or by its URL. */
function timeOf(snapshot: string): Maybe<string> {
    return placeOfUrl(snapshot).snapshot ?? snapshot;
}

/** Taking a snapshot needs `c` or `w`, deleting it `d`. */
function permissionsToTake(takeSnapshot: Properties): Maybe<string> {
    return map(flagOf(takeSnapshot, "deleteSuperseded") ?? false, (deletes) => (deletes ? "cwd" : "cw"));
}
