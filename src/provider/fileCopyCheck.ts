import type { SourceProperties } from "../storage/webSource";
import { checkHttpHeaders, checkLeaseId } from "./checkHeaders";
import { checkLocation } from "./checkLocation";
import { checkCopyOptions, checkInputNames, currentSource } from "./checkOptions";
import { checkChoice, checkFlag, checkMetadata } from "./checkProperties";
import { checkSmb } from "./checkSmb";
import { Failures } from "./failures";
import { type FileCopyInputs, fileInputNames } from "./fileCopyTypes";
import type { CheckResult, Context } from "./handler";
import { checkNotItself } from "./itself";
import { withSourceQuery } from "./sourceQuery";
import { unknownValue } from "./unknown";

const headerNames = [
    "fileCacheControl",
    "fileContentType",
    "fileContentEncoding",
    "fileContentLanguage",
    "fileContentDisposition",
    "fileContentMD5",
];

/** The largest file: 4 TiB. */
const mostFileBytes = 4 * 1024 ** 4;

/** Reports every mistake at once, and fills in the source's ETag, so that a changed source shows in the preview. */
export async function checkFileCopy(
    olds: Partial<FileCopyInputs>,
    news: FileCopyInputs,
    context: Context,
): Promise<CheckResult<FileCopyInputs>> {
    const failures = new Failures(context.secretInputs);
    const now = context.clock.now();
    checkInputNames(failures, "FileCopy", fileInputNames, news);
    const source = checkLocation(failures, "source", news.source, now, "file");
    const destination = checkLocation(failures, "destination", news.destination, now, "file");
    const promoting = "give source.shareSnapshot to promote what a share snapshot keeps, or another name";
    checkNotItself(failures, source, destination, promoting);
    checkSas(failures, news.destination?.sasToken);
    checkMetadata(failures, news.metadata);
    checkHttpHeaders(failures, news.fileHttpHeaders, "fileHttpHeaders", headerNames);
    checkSmb(failures, news, source);
    checkFlag(failures, "createDirectories", news.createDirectories);
    checkFlag(failures, "ignoreReadOnly", news.ignoreReadOnly);
    checkFlag(failures, "setArchiveAttribute", news.setArchiveAttribute);
    checkLeaseId(failures, "leaseId", news.leaseId);
    checkCopyOptions(failures, news, source);
    checkChoice(failures, "method", news.method, ["auto", "copyFile", "fromUrl"]);
    if (news.method === "fromUrl" && news.verify === "md5") {
        failures.add("verify", "md5", 'must be "length" or "none" with method "fromUrl", which compares no MD5');
    }

    const { sourceEtag: _, sourceContentLength: __, sourceQueryHash: ___, ...inputs } = news;
    if (failures.count > 0) {
        return { inputs, failures: failures.all };
    }
    const current = await currentSource(olds, inputs, source, failures, context, (properties) =>
        checkAgainstSource(properties, failures),
    );
    return { inputs: withSourceQuery({ ...inputs, ...current }), failures: failures.all };
}

/** The new file is written beside the destination, which a SAS for the one file does not permit. */
function checkSas(failures: Failures, sasToken: string | undefined): void {
    if (typeof sasToken !== "string" || sasToken === unknownValue) {
        return;
    }
    if (new URLSearchParams(sasToken.replace(/^\?/, "")).get("sr") === "f") {
        failures.add(
            "destination.sasToken",
            "sr=f",
            "must be for the share (sr=s) or the account, since the new file is written beside the destination first",
        );
    }
}

/** What only the source can tell: its size and tier. */
function checkAgainstSource({ contentLength = 0, accessTier }: SourceProperties, failures: Failures): void {
    if (contentLength > mostFileBytes) {
        failures.add(
            "source",
            `${contentLength} bytes`,
            `must have ${mostFileBytes} bytes (4 TiB) at most, as a file has`,
        );
    }
    if (accessTier === "Archive") {
        failures.add("source", accessTier, "must be online; bring the blob online first, with a BlobCopy for instance");
    }
}
