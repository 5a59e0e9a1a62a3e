import { addressUrl, isFixed, resolveAddress, type SourceAddress, sameAddress } from "../storage/address";
import { explain } from "../storage/errors";
import { longestPresignedMilliseconds } from "../storage/presigned";
import type { SourceProperties } from "../storage/webSource";
import { type BlobCopyInputs, inputNames } from "./blobCopyTypes";
import { isCloudObject } from "./checkCloudObject";
import { checkEncryption } from "./checkEncryption";
import { checkConditions, checkHttpHeaders, checkImmutabilityPolicy } from "./checkHeaders";
import { checkLeaseSource } from "./checkLeaseSource";
import { checkLocation } from "./checkLocation";
import { blockBlobTiers, checkAccessTier, checkChoice, checkFlag, checkMetadata, checkTags } from "./checkProperties";
import { parseDuration } from "./duration";
import { encryptionInputs } from "./encryption";
import { openSource } from "./ends";
import { Failures } from "./failures";
import type { CheckResult, Context } from "./handler";
import { hasUnknown, unknownValue } from "./unknown";

/** How long a copy is waited for unless the program says otherwise. */
export const defaultTimeout = "24h";

/** The service itself gives a copy up after two weeks. */
const longestTimeoutMilliseconds = 14 * 24 * 3_600_000;

/** A preview must not hang on a source that does not answer. */
const longestReadMilliseconds = 20_000;

/** Reports every mistake at once, and fills in the source's ETag, so that a changed source shows in the preview. */
export async function checkBlobCopy(
    olds: Partial<BlobCopyInputs>,
    news: BlobCopyInputs,
    context: Context,
): Promise<CheckResult<BlobCopyInputs>> {
    const failures = new Failures();
    const now = context.clock.now();
    for (const name of Object.keys(news)) {
        if (![...inputNames, "sourceEtag"].includes(name) && !name.startsWith("__")) {
            failures.add(name, undefined, `is no input of BlobCopy; allowed are ${inputNames.join(", ")}`);
        }
    }
    const source = checkLocation(failures, "source", news.source, now);
    const destination = checkLocation(failures, "destination", news.destination, now);
    if (source && destination && sameAddress(source, destination)) {
        failures.add(
            "destination",
            undefined,
            "is the source itself; give source.snapshot or source.versionId to promote one, or another name",
        );
    }
    checkMetadata(failures, news.metadata);
    checkTags(failures, news.tags);
    if (news.tags === "source" && source && source.kind !== "blob") {
        failures.add("tags", news.tags, "must be tags, since the source is no blob in Azure Storage and has none");
    }
    checkAccessTier(failures, news.accessTier, undefined);
    checkChoice(failures, "rehydratePriority", news.rehydratePriority, ["High", "Standard"]);
    if (news.rehydratePriority !== undefined && news.accessTier === undefined) {
        failures.add(
            "rehydratePriority",
            news.rehydratePriority,
            "needs accessTier, the online tier that an archived source is brought to",
        );
    }
    checkFlag(failures, "waitForRehydration", news.waitForRehydration);
    checkHttpHeaders(failures, news.blobHTTPHeaders);
    checkFlag(failures, "sealBlob", news.sealBlob);
    checkImmutabilityPolicy(failures, olds.immutabilityPolicy, news.immutabilityPolicy, now);
    checkFlag(failures, "legalHold", news.legalHold);
    checkEncryption(failures, news, source, destination);
    checkConditions(failures, "sourceConditions", news.sourceConditions);
    checkConditions(failures, "conditions", news.conditions);
    if (news.sourceConditions !== undefined && source?.kind === "file") {
        failures.add(
            "sourceConditions",
            undefined,
            "must be left out, since the service takes no conditions on a file in Azure Files",
        );
    }
    checkLeaseSource(failures, news, source);
    checkChoice(failures, "overwrite", news.overwrite, ["never", "ifUnchanged", "always"]);
    checkFlag(failures, "snapshotBeforeOverwrite", news.snapshotBeforeOverwrite);
    checkChoice(failures, "onSourceChange", news.onSourceChange, ["copyAgain", "ignore", "fail"]);
    checkChoice(failures, "onDestinationDrift", news.onDestinationDrift, ["copyAgain", "fail", "ignore"]);
    checkChoice(failures, "verify", news.verify, ["length", "md5", "none"]);
    checkChoice(failures, "method", news.method, ["auto", "copyBlob", "fromUrl"]);
    if (news.method === "fromUrl") {
        refuseWithFromUrl(failures, "rehydratePriority", news.rehydratePriority);
        refuseWithFromUrl(failures, "sourceConditions.tagConditions", news.sourceConditions?.tagConditions);
    }
    checkTimeout(failures, news.timeout, source !== undefined && isCloudObject(news.source));
    checkChoice(failures, "onTimeout", news.onTimeout, ["keep", "abort"]);

    const { sourceEtag: _, ...inputs } = news;
    if (failures.count > 0) {
        return { inputs, failures: failures.all };
    }
    const etag = await currentSourceEtag(olds, inputs, source, failures, context);
    return { inputs: { ...inputs, ...(etag && { sourceEtag: etag }) }, failures: failures.all };
}

function refuseWithFromUrl(failures: Failures, property: string, value: string | undefined): void {
    if (value !== undefined) {
        failures.add(property, value, 'must be left out with method "fromUrl", whose operations do not take it');
    }
}

function checkTimeout(failures: Failures, timeout: string | undefined, isPresigned: boolean): void {
    if (timeout === undefined || timeout === unknownValue) {
        return;
    }
    const milliseconds = typeof timeout === "string" ? parseDuration(timeout) : undefined;
    if (milliseconds === undefined || milliseconds < 1_000 || milliseconds > longestTimeoutMilliseconds) {
        failures.add("timeout", timeout, 'must be a duration from "1s" to "14d", such as "90s", "30m" or "1h30m"');
    } else if (isPresigned && milliseconds > longestPresignedMilliseconds) {
        failures.add("timeout", timeout, 'must be "7d" at most, as long as a presigned URL of the source lasts');
    }
}

async function currentSourceEtag(
    olds: Partial<BlobCopyInputs>,
    inputs: BlobCopyInputs,
    address: SourceAddress | undefined,
    failures: Failures,
    context: Context,
): Promise<string | undefined> {
    const oldAddress = olds.source && !hasUnknown(olds.source) ? resolveAddress(olds.source) : undefined;
    const recorded = address && oldAddress && sameAddress(address, oldAddress) ? olds.sourceEtag : undefined;
    // With a destination that is not known yet, nobody can say whose authorization reads the source.
    if (!address || hasUnknown(inputs.destination) || inputs.onSourceChange === "ignore") {
        return recorded;
    }
    if (isFixed(address)) {
        return recorded;
    }
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(longestReadMilliseconds)]);
    let properties: SourceProperties;
    try {
        properties = await openSource(
            inputs.source,
            inputs.destination,
            context,
            inputs.sourceCustomerProvidedKey,
        ).properties(signal);
    } catch (error) {
        context.warn(
            `${explain(`read the source ${addressUrl(address)}, to see whether it has changed`, error).message}; the copy itself will tell`,
        );
        return recorded;
    }
    checkAgainstSource(inputs, properties, failures);
    if (inputs.onSourceChange === "fail" && recorded && properties.etag !== recorded) {
        failures.add(
            "source",
            undefined,
            `has changed since it was copied (its ETag was ${recorded}, is ${properties.etag}), and onSourceChange is "fail"; set it to "copyAgain" to copy what it holds now, or to "ignore" to keep what was copied`,
        );
    }
    return properties.etag;
}

/** What only the source can tell: its blob type and tier. */
function checkAgainstSource(inputs: BlobCopyInputs, source: SourceProperties, failures: Failures): void {
    checkAccessTier(failures, inputs.accessTier, source.blobType);
    if (inputs.sealBlob === true && source.blobType !== undefined && source.blobType !== "AppendBlob") {
        failures.add("sealBlob", true, `must be left out, since only append blobs are sealed, and the source is none`);
    }
    if (inputs.verify === "md5" && source.contentMD5 === undefined) {
        failures.add(
            "verify",
            "md5",
            'must be "length" or "none", since the source has no Content-MD5 to compare with',
        );
    }
    if (source.accessTier === "Archive" && inputs.method === "fromUrl") {
        failures.add(
            "method",
            "fromUrl",
            'must be "auto" or "copyBlob", since nothing else than Copy Blob reads an archived source',
        );
    }
    for (const name of source.accessTier === "Archive" ? encryptionInputs(inputs) : []) {
        failures.add(
            name,
            undefined,
            "must be left out, since only Copy Blob reads an archived source, and it does not take that",
        );
    }
    if (source.accessTier === "Archive" && !blockBlobTiers.slice(0, 3).includes(inputs.accessTier ?? "")) {
        failures.add(
            "accessTier",
            inputs.accessTier,
            "must be Hot, Cool or Cold, since the source is archived and a copy of it is brought online",
        );
    }
}
