// What every copy resource's check has in common.

import { addressUrl, isFixed, resolveAddress, type SourceAddress } from "../storage/address";
import { explain, isRedirect } from "../storage/errors";
import { told } from "../storage/knownSecrets";
import type { BlobLocation } from "../storage/location";
import { longestPresignedMilliseconds } from "../storage/presigned";
import { isSameObject } from "../storage/sameObject";
import { longestUserDelegationMilliseconds } from "../storage/sas";
import type { SourceProperties } from "../storage/webSource";
import { withinTime } from "../storage/withinTime";
import { checkAcknowledgements } from "./acknowledgements";
import { isCloudObject } from "./checkCloudObject";
import { checkLeaseSource } from "./checkLeaseSource";
import { checkChoice, checkFlag } from "./checkProperties";
import type { CopyInputs } from "./copyTypes";
import { parseDuration } from "./duration";
import { openSource } from "./ends";
import type { Failures } from "./failures";
import type { Context } from "./handler";
import { hasUnknown, unknownValue } from "./unknown";

/** How long a copy is waited for unless the program says otherwise. */
export const defaultTimeout = "24h";

/** The service itself gives a copy up after two weeks. */
const longestTimeoutMilliseconds = 14 * 24 * 3_600_000;

/** A preview must not hang on a source that does not answer. */
export const longestReadMilliseconds = 20_000;

/** Refuses what is no input at all, a spelling mistake mostly. */
export function checkInputNames(failures: Failures, type: string, allowed: readonly string[], inputs: object): void {
    for (const name of Object.keys(inputs)) {
        if (
            ![...allowed, "sourceEtag", "sourceContentLength", "sourceQueryHash", "sourceBlobType"].includes(name) &&
            !name.startsWith("__")
        ) {
            failures.add(name, undefined, `is no input of ${type}; allowed are ${allowed.join(", ")}`);
        }
    }
}

/** What check fills in: how the source is now. */
interface SourceNow {
    readonly sourceEtag?: string;
    readonly sourceContentLength?: number;
}

function sourceNow({ sourceEtag, sourceContentLength }: SourceNow): SourceNow {
    return { sourceEtag, sourceContentLength };
}

type WithMethod = CopyInputs & { readonly method?: string };

/** When to copy, what to overwrite, how long to wait. */
export function checkCopyOptions(failures: Failures, inputs: WithMethod, source: SourceAddress | undefined): void {
    checkLeaseSource(failures, inputs, source);
    checkChoice(failures, "overwrite", inputs.overwrite, ["never", "ifUnchanged", "always"]);
    checkFlag(failures, "adopt", inputs.adopt);
    checkChoice(failures, "onSourceChange", inputs.onSourceChange, ["copyAgain", "ignore", "fail"]);
    checkChoice(failures, "onDestinationDrift", inputs.onDestinationDrift, ["copyAgain", "fail", "ignore"]);
    checkChoice(failures, "verify", inputs.verify, ["length", "md5", "none"]);
    checkTimeout(failures, inputs.timeout, longestOf(inputs, source));
    checkChoice(failures, "onTimeout", inputs.onTimeout, ["keep", "abort"]);
    checkAcknowledgements(failures, inputs);
}

/** What keeps a copy from being waited for as long as the service works on it. */
interface Longest {
    readonly milliseconds: number;
    readonly words: string;
}

const presigned: Longest = {
    milliseconds: longestPresignedMilliseconds,
    words: 'must be "7d" at most, as long as a presigned URL of the source lasts',
};

const userDelegation = (instead: string): Longest => ({
    milliseconds: longestUserDelegationMilliseconds,
    words: `must be "6d23h" at most, as long as a user delegation SAS of the source lasts; or ${instead}give the source an account key or a SAS`,
});

function longestOf({ method, source }: WithMethod, address: SourceAddress | undefined): Longest | undefined {
    if (!address) {
        return undefined;
    }
    if (isCloudObject(source)) {
        return presigned;
    }
    const bySas = method === "copyBlob" || method === "copyFile";
    return bySas && hasEntraIdCredential(source) ? userDelegation('set method to "fromUrl", or ') : undefined;
}

/** Whether an end is given an Entra ID credential of its own. Without one, nobody knows yet what will read a source. */
function hasEntraIdCredential(location: BlobLocation | undefined): boolean {
    const type: string | undefined = location?.credential?.type;
    return type !== undefined && type !== "anonymous" && type !== unknownValue;
}

/** How long an incremental copy is waited for: its source is always read by a SAS. */
export function checkIncrementalTimeout(
    failures: Failures,
    { timeout, source }: Pick<CopyInputs, "timeout" | "source">,
) {
    checkTimeout(failures, timeout, hasEntraIdCredential(source) ? userDelegation("") : undefined);
}

function checkTimeout(failures: Failures, timeout: string | undefined, longest: Longest | undefined): void {
    if (timeout === undefined || timeout === unknownValue) {
        return;
    }
    const milliseconds = typeof timeout === "string" ? parseDuration(timeout) : undefined;
    if (milliseconds === undefined || milliseconds < 1_000 || milliseconds > longestTimeoutMilliseconds) {
        failures.add("timeout", timeout, 'must be a duration from "1s" to "14d", such as "90s", "30m" or "1h30m"');
    } else if (longest && milliseconds > longest.milliseconds) {
        failures.add("timeout", timeout, longest.words);
    }
}

/**
 * The source's ETag and size as they are now, so that a changed source shows in the preview; as they were recorded where nobody wants to know.
 * @param checkAgainst what else the source tells that the inputs must fit
 */
export async function currentSource<Inputs extends CopyInputs & { readonly sourceCustomerProvidedKey?: string }>(
    olds: Partial<Inputs>,
    inputs: Inputs,
    address: SourceAddress | undefined,
    failures: Failures,
    context: Context,
    checkAgainst: (source: SourceProperties) => void,
): Promise<SourceNow> {
    const oldAddress = olds.source && !hasUnknown(olds.source) ? resolveAddress(olds.source) : undefined;
    const recorded = address && oldAddress && isSameObject(address, oldAddress) ? sourceNow(olds) : {};
    // With a destination that is not known yet, nobody can say whose authorization reads the source.
    if (!address || hasUnknown(inputs.destination) || inputs.onSourceChange === "ignore") {
        return recorded;
    }
    if (isFixed(address)) {
        return recorded;
    }
    let properties: SourceProperties;
    try {
        properties = await withinTime(longestReadMilliseconds, context.signal, (signal) =>
            openSource(
                inputs.source,
                inputs.destination,
                { ...context, signal },
                inputs.sourceCustomerProvidedKey,
            ).properties(signal),
        );
    } catch (error) {
        const { message } = explain(`read the source ${addressUrl(address)}, to see whether it has changed`, error);
        context.warn(isRedirect(error) ? message : `${message}; the copy itself will tell`);
        return recorded;
    }
    checkAgainst(properties);
    if (inputs.verify === "md5" && properties.contentMD5 === undefined) {
        failures.add(
            "verify",
            "md5",
            'must be "length" or "none", since the source has no Content-MD5 to compare with',
        );
    }
    if (inputs.onSourceChange === "fail" && recorded.sourceEtag && properties.etag !== recorded.sourceEtag) {
        failures.add(
            "source",
            undefined,
            `has changed since it was copied (its ETag was ${told(recorded.sourceEtag)}, is ${told(`${properties.etag}`)}), and onSourceChange is "fail"; set it to "copyAgain" to copy what it holds now, or to "ignore" to keep what was copied`,
        );
    }
    return sourceNow({ sourceEtag: properties.etag, sourceContentLength: properties.contentLength });
}
