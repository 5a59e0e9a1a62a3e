import type { S3Client } from "@aws-sdk/client-s3";
import type { S3Location } from "./location";

/** One client a region and credential, so that the credentials that its chain finds are found once. */
const clients = new Map<string, S3Client>();

/** Regions that buckets turned out to be in, by endpoint and name. */
const regions = new Map<string, string>();

const bucketKey = ({ endpoint, bucket }: S3Location) => `${endpoint ?? ""} ${bucket}`;

/** Whether the bucket's region is given, or was learned. */
export function isRegionKnown(location: S3Location): boolean {
    return location.region !== undefined || regions.has(bucketKey(location));
}

/**
 * Learns a bucket's region from an answer of S3, whichever region was asked.
 * @returns whether it is another one than was asked, which refuses
 */
export async function learnRegion(location: S3Location, answer: Response): Promise<boolean> {
    if (location.region !== undefined) {
        return false;
    }
    const asked = await regionOf(location);
    const told = answer.headers.get("x-amz-bucket-region") ?? (answer.ok ? asked : undefined);
    if (told !== undefined) {
        regions.set(bucketKey(location), told);
    }
    return !answer.ok && told !== undefined && told !== asked;
}

/**
 * A URL by which anybody reads the object with the rights of the credential that is given, or else of that which the AWS SDK's default
 * chain finds (environment, `~/.aws`, single sign-on, web identity, container, instance).
 * [Authenticating requests by query parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
 * @param expiresIn seconds, 604,800 at most; a session that ends earlier ends the URL with it
 */
export async function presignS3(location: S3Location, expiresIn: number): Promise<string> {
    const { GetObjectCommand } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    const { getSignedUrl } = require("@aws-sdk/s3-request-presigner") as typeof import("@aws-sdk/s3-request-presigner");
    const { bucket: Bucket, key: Key, versionId: VersionId } = location;
    const command = new GetObjectCommand({ Bucket, Key, VersionId });
    return getSignedUrl(await clientFor(location), command, { expiresIn });
}

async function clientFor(location: S3Location): Promise<S3Client> {
    const region = await regionOf(location);
    const { endpoint, accessKeyId, secretAccessKey, sessionToken } = location;
    const key = JSON.stringify([region, endpoint, accessKeyId, secretAccessKey, sessionToken]);
    let client = clients.get(key);
    if (!client) {
        const { S3Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
        client = new S3Client({
            region,
            // Servers that speak S3's protocol mostly have one host for all buckets.
            ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
            ...(accessKeyId !== undefined &&
                secretAccessKey !== undefined && {
                    credentials: { accessKeyId, secretAccessKey, sessionToken },
                }),
        });
        clients.set(key, client);
    }
    return client;
}

/** The bucket's region; while it is not known the one that the environment or profile names, or else any: each tells a bucket's own. */
async function regionOf(location: S3Location): Promise<string> {
    const known = location.region ?? regions.get(bucketKey(location));
    if (known !== undefined) {
        return known;
    }
    const { S3Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    return new S3Client({}).config.region().catch(() => "us-east-1");
}
