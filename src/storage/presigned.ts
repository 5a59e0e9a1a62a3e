// How objects of Amazon S3 and Google Cloud Storage are read: by a URL that carries the right to, for a time.

import { type CloudObject, cloudObjectUrl } from "./cloudObject";
import { StorageError } from "./errors";
import { presignGoogleCloudStorage } from "./googleCloudStorage";
import { told } from "./knownSecrets";
import { isRegionKnown, learnRegion, presignS3 } from "./s3";
import { getWithoutBody, letGo, type SourceProperties, webProperties } from "./webSource";
import { untilAborted } from "./withinTime";

/** The longest that either vendor lets a presigned URL last. */
export const longestPresignedMilliseconds = 7 * 24 * 3_600_000;

/** The longest URL that Azure Storage reads from. */
const longestUrlBytes = 2_048;

/** Long enough for one request of ours. */
const readingMilliseconds = 15 * 60_000;

const words = {
    s3: {
        vendor: "Amazon S3",
        credential:
            "give source.s3.accessKeyId and source.s3.secretAccessKey, or sign in where the AWS SDK looks (AWS_PROFILE, aws sso login, AWS_ACCESS_KEY_ID)",
        tooLong:
            "the session token of temporary credentials is in it: use an access key without one (an IAM user's), or a shorter key",
    },
    googleCloudStorage: {
        vendor: "Google Cloud Storage",
        credential:
            "a service account must sign: give its key file's content as source.googleCloudStorage.credentials, name the file by GOOGLE_APPLICATION_CREDENTIALS, or use gcloud auth application-default login --impersonate-service-account",
        tooLong: "use a shorter object name",
    },
} as const;

/**
 * Reads the object's properties, as the service will: by a GET with a presigned URL, whose body is not read.
 * @throws StorageError where no URL can be made; what the vendor answered, where it refuses
 */
export async function readPresigned(object: CloudObject, signal: AbortSignal): Promise<SourceProperties> {
    const get = async () => getWithoutBody(await presign(object, readingMilliseconds, signal), signal);
    let answer = await get();
    if (object.vendor === "s3" && (await learnRegion(object.location, answer))) {
        letGo(answer);
        answer = await get();
    }
    return webProperties(answer, signal);
}

/**
 * The URL by which the service reads the object, never stored.
 * @param lastsMilliseconds how long it is needed; it lasts a week at most
 * @throws StorageError where it can't be made, or is longer than the 2 KiB that the service takes
 */
export async function presignedUrl(
    object: CloudObject,
    lastsMilliseconds: number,
    signal: AbortSignal,
): Promise<string> {
    if (object.vendor === "s3" && !isRegionKnown(object.location)) {
        // A URL for another region than the bucket's is refused.
        await readPresigned(object, signal);
    }
    const url = await presign(object, Math.min(lastsMilliseconds, longestPresignedMilliseconds), signal);
    const bytes = Buffer.byteLength(url);
    if (bytes > longestUrlBytes) {
        const { tooLong } = words[object.vendor];
        throw refusal(
            `could not copy ${cloudObjectUrl(object)}: its presigned URL has ${bytes} bytes, and Azure Storage takes ${longestUrlBytes} at most; ${tooLong}`,
        );
    }
    return url;
}

async function presign(
    { vendor, location }: CloudObject,
    lastsMilliseconds: number,
    signal: AbortSignal,
): Promise<string> {
    const seconds = Math.ceil(lastsMilliseconds / 1_000);
    try {
        // The vendors' libraries may ask somebody who signs, and take no signal.
        return await untilAborted(signal, () =>
            vendor === "s3" ? presignS3(location, seconds) : presignGoogleCloudStorage(location, seconds),
        );
    } catch (error) {
        signal.throwIfAborted();
        const name = cloudObjectUrl({ vendor, location } as CloudObject);
        const why = told((error as Error).message).replace(/\.$/, "");
        throw refusal(
            `could not make a presigned URL of ${words[vendor].vendor} for ${name}: ${why}; ${words[vendor].credential}`,
            error,
        );
    }
}

function refusal(message: string, cause?: unknown): StorageError {
    return new StorageError(message, undefined, undefined, undefined, { cause });
}
