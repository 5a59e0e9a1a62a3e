// What this package's own resources tell alike.

import { secondsOf } from "../duration";
import { flagOf, type Maybe, map, numberOf, type Properties, textOf } from "../known";
import type { Acknowledgement, Copy, End, Fact, ResourceReading } from "./copy";
import { ownEnd, ownSecrets, type Written } from "./ownEnds";

/** What all of them can tell. */
export const ownFacts = ["source", "destination", "credential", "timeout", "acknowledgement"] as const satisfies Fact[];

/**
 * The copy that a resource makes; nothing for one that only reads, as `BlobCopy.get` does.
 * @param written what it writes
 */
export function ownCopy(resource: ResourceReading, tool: string, written: Written): Copy | undefined {
    const { properties } = resource;
    if (properties.source === undefined) {
        return undefined;
    }
    const source = ownEnd("source", properties, written);
    return {
        resource,
        tool,
        source,
        destination: ownEnd("destination", properties, written),
        overwrites: overwrites(properties),
        copiesAgain: copiesAgain(source, textOf(properties, "onSourceChange")),
        sourcePermissions: map(flagOf(properties, "leaseSource"), (leases) => (leases ? "w" : "")),
        timeoutSeconds: map(textOf(properties, "timeout"), secondsOf),
        size: numberOf(properties, "sourceContentLength"),
        acknowledgeEgress: acknowledgement(properties, "acknowledgeEgress"),
        acknowledgeCrossTenant: acknowledgement(properties, "acknowledgeCrossTenant"),
        acknowledgeOverwrite: acknowledgement(properties, "acknowledgeOverwrite"),
        secrets: ownSecrets(properties),
    };
}

/** What somebody else has changed is overwritten by `onDestinationDrift: "copyAgain"`, too. */
function overwrites(properties: Properties): Maybe<boolean> {
    const always = map(textOf(properties, "overwrite"), (choice) => choice === "always") ?? false;
    const never = map(textOf(properties, "overwrite"), (choice) => choice === "never") ?? false;
    const onDrift = map(textOf(properties, "onDestinationDrift"), (choice) => choice === "copyAgain") ?? false;
    return always === false && never === false ? onDrift : always;
}

function copiesAgain(source: End, onSourceChange: Maybe<string>): Maybe<boolean> {
    if (typeof source.snapshot === "string") {
        return false; // never changes
    }
    return map(onSourceChange, (choice) => choice === "copyAgain") ?? true;
}

/** What people, and settings that hold texts only, write for no, or for nothing. */
const negations = new Set([
    "",
    "0",
    "f",
    "false",
    "n",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "off",
    "undefined",
    "disabled",
]);

/** A text is the reason, unless it says no. */
function acknowledgement(properties: Properties, name: string): Acknowledgement {
    const reason = map(textOf(properties, name), (text) => !negations.has(essence(text)) && text);
    return flagOf(properties, name) ?? reason;
}

/** A text in lower case, without what is neither letter nor digit around it. */
function essence(text: string): string {
    return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "").toLowerCase();
}
