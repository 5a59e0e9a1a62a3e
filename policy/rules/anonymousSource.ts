import { isLoopback, show } from "../address";
import { known } from "../known";
import { defineRule } from "../rule";

/** Sources that anybody can read. */
export const anonymousSource = defineRule({
    name: "anonymous-source",
    description: "A copy's source must not be open to everybody.",
    reason: "A source that is read without authorization is public, or nobody proves that it is the right one.",
    fix: "Close the source to the public and authorize the copy, or exempt the resource if the source is public on purpose.",
    url: "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    enforcementLevel: "advisory",
    severity: "low",
    settings: {},
    reads: ["source", "credential"],
    *checkEnd(end) {
        if (end.role === "source" && known(end.credential)?.kind === "anonymous" && !isLoopback(known(end.host))) {
            yield `${end.property} is read without authorization: ${show(end)}`;
        }
    },
});
