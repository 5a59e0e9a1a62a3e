import type { BlobType } from "../copy/plan";
import type { SourceAddress } from "../storage/address";
import type { SourceProperties } from "../storage/webSource";
import { type BlobCopyInputs, inputNames } from "./blobCopyTypes";
import { checkEncryption } from "./checkEncryption";
import { checkConditions, checkHttpHeaders, checkImmutabilityPolicy } from "./checkHeaders";
import { checkLocation } from "./checkLocation";
import { checkCopyOptions, checkInputNames, currentSource } from "./checkOptions";
import { blockBlobTiers, checkAccessTier, checkChoice, checkFlag, checkMetadata, checkTags } from "./checkProperties";
import { typeCopiedFrom } from "./destinationType";
import { encryptionInputs } from "./encryption";
import { Failures } from "./failures";
import type { CheckResult, Context } from "./handler";
import { checkNotItself } from "./itself";
import { withSourceQuery } from "./sourceQuery";

/** Reports every mistake at once, and fills in the source's ETag, so that a changed source shows in the preview. */
export async function checkBlobCopy(
    olds: Partial<BlobCopyInputs>,
    news: BlobCopyInputs,
    context: Context,
): Promise<CheckResult<BlobCopyInputs>> {
    const failures = new Failures(context.secretInputs);
    const now = context.clock.now();
    checkInputNames(failures, "BlobCopy", inputNames, news);
    const source = checkLocation(failures, "source", news.source, now);
    const destination = checkLocation(failures, "destination", news.destination, now);
    const promoting = "give source.snapshot or source.versionId to promote one, or another name";
    checkNotItself(failures, source, destination, promoting);
    checkMetadata(failures, news.metadata);
    checkTags(failures, news.tags);
    if (news.tags === "source" && source && source.kind !== "blob") {
        failures.add("tags", news.tags, "must be tags, since the source is no blob in Azure Storage and has none");
    }
    checkBlobType(failures, news, source);
    checkAccessTier(failures, news.accessTier, news.blobType);
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
    checkCopyOptions(failures, news, source);
    checkFlag(failures, "snapshotBeforeOverwrite", news.snapshotBeforeOverwrite);
    checkChoice(failures, "method", news.method, ["auto", "copyBlob", "fromUrl"]);
    if (news.method === "fromUrl") {
        refuseWithFromUrl(failures, "rehydratePriority", news.rehydratePriority);
        refuseWithFromUrl(failures, "sourceConditions.tagConditions", news.sourceConditions?.tagConditions);
    }

    const { sourceEtag: _, sourceContentLength: __, sourceQueryHash: ___, sourceBlobType: ____, ...inputs } = news;
    if (failures.count > 0) {
        return { inputs, failures: failures.all };
    }
    let sourceBlobType: BlobType | undefined;
    const current = await currentSource(olds, inputs, source, failures, context, (properties) => {
        // What a From-URL operation makes of a URL is a block blob.
        sourceBlobType = typeCopiedFrom(source!, properties) ?? (news.method === "copyBlob" ? undefined : "BlockBlob");
        checkAgainstSource(inputs, properties, failures);
    });
    return {
        inputs: withSourceQuery({ ...inputs, ...current, sourceBlobType }),
        failures: failures.all,
    };
}

/** Copy Blob keeps the source's type, and what is no blob in Azure Storage becomes a block blob. */
function checkBlobType(failures: Failures, news: BlobCopyInputs, source: SourceAddress | undefined): void {
    const { blobType } = news;
    checkChoice(failures, "blobType", blobType, ["BlockBlob", "PageBlob", "AppendBlob"]);
    if (source && source.kind !== "blob" && (blobType === "PageBlob" || blobType === "AppendBlob")) {
        failures.add("blobType", blobType, 'must be "BlockBlob", since the source is no blob in Azure Storage');
    }
}

function refuseWithFromUrl(failures: Failures, property: string, value: string | undefined): void {
    if (value !== undefined) {
        failures.add(property, value, 'must be left out with method "fromUrl", whose operations do not take it');
    }
}

/** What only the source can tell: its blob type and tier. */
function checkAgainstSource(inputs: BlobCopyInputs, source: SourceProperties, failures: Failures): void {
    const blobType = inputs.blobType ?? source.blobType;
    checkAccessTier(failures, inputs.accessTier, blobType);
    if (inputs.sealBlob === true && blobType !== undefined && blobType !== "AppendBlob") {
        failures.add("sealBlob", true, "must be left out, since only append blobs are sealed, and the copy is none");
    }
    if (inputs.method === "copyBlob" && source.blobType !== undefined && blobType !== source.blobType) {
        failures.add(
            "blobType",
            blobType,
            `must be ${source.blobType}, since Copy Blob keeps the source's type; or set method to "auto"`,
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
