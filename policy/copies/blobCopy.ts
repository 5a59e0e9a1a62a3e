import { flagOf, textOf } from "../known";
import type { CopyReader } from "./copy";
import { ownCopy, ownFacts } from "./ownCopy";
import { setTimeout, useHttps } from "./ownEnds";

/** This package's `BlobCopy`. */
export const blobCopyReader: CopyReader = {
    label: "BlobCopy",
    matches: (type) => type === "pulumi-nodejs:dynamic/azure-copy:BlobCopy",
    tells: [...ownFacts, "container", "accessTier", "blobType", "rehydration", "overwrites", "rewrites", "size"],
    read(resource) {
        const { properties } = resource;
        const copy = ownCopy(resource, "BlobCopy", "blob");
        return copy
            ? [
                  {
                      ...copy,
                      accessTier: textOf(properties, "requestedAccessTier") ?? textOf(properties, "accessTier"),
                      blobType: textOf(properties, "blobType"),
                      rehydratePriority: textOf(properties, "rehydratePriority"),
                      waitForRehydration: flagOf(properties, "waitForRehydration"),
                      snapshotsBefore: flagOf(properties, "snapshotBeforeOverwrite"),
                  },
              ]
            : [];
    },
    useHttps,
    setTimeout,
};
