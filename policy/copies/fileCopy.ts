import type { CopyReader } from "./copy";
import { ownCopy, ownFacts } from "./ownCopy";
import { setTimeout, useHttps } from "./ownEnds";

/** This package's `FileCopy`. */
export const fileCopyReader: CopyReader = {
    label: "FileCopy",
    matches: (type) => type === "pulumi-nodejs:dynamic/azure-copy:FileCopy",
    tells: [...ownFacts, "overwrites", "size"],
    read(resource) {
        const copy = ownCopy(resource, "FileCopy", "file");
        return copy ? [copy] : [];
    },
    useHttps,
    setTimeout,
};
