import { type Copy, isPage } from "../copies/copy";
import { known } from "../known";
import { defineRule } from "../rule";

/** Copies that may take long, and do not say how long. */
export const largeCopyWithoutTimeout = defineRule({
    name: "large-copy-without-timeout",
    description: "A copy of a page blob, or of a large one, must have a timeout of its own.",
    reason: "The service makes no promise how long a copy between accounts takes, up to two weeks; a deployment that waits that long blocks every other.",
    fix: "Set timeout; of resources that have none, the resource option customTimeouts.create.",
    url: "https://learn.microsoft.com/rest/api/storageservices/copy-blob#remarks",
    enforcementLevel: "mandatory",
    severity: "low",
    settings: {
        gibibytes: { type: "number", description: "From which size on a copy is large.", default: 100, minimum: 0 },
        timeout: {
            type: "string",
            description: "What the level remediate sets as the timeout of one of this package's resources.",
            default: "24h" as string,
            pattern: "^[0-9]+[dhms]([0-9]+[hms])*$",
        },
    },
    reads: ["timeout"],
    checkCopy: findings,
    remedy(remedies, properties, copy, settings) {
        const [violation] = findings(copy, settings);
        return violation !== undefined && (remedies.setTimeout?.(properties, settings.timeout) ?? false);
    },
});

function* findings(copy: Copy, { gibibytes }: { gibibytes: number }) {
    if (known(copy.timeoutSeconds) !== undefined) {
        return;
    }
    if (isPage(copy)) {
        yield "no timeout is given, and a page blob is copied";
    } else if ((known(copy.size) ?? 0) >= gibibytes * 1024 ** 3) {
        yield `no timeout is given, and ${(known(copy.size)! / 1024 ** 3).toFixed(0)} GiB are copied`;
    }
}
