import type { Storage } from "@google-cloud/storage";
import type { GoogleCloudStorageLocation } from "./location";

/** One client a credential, so that the credentials that its chain finds are found once. */
const clients = new Map<string, Storage>();

/**
 * A URL by which anybody reads the object with the rights of the service account that signs it: the one that is given, or else that of the
 * application default credentials. [V4 signing](https://cloud.google.com/storage/docs/access-control/signed-urls).
 * @param expiresIn seconds, 604,800 at most
 */
export async function presignGoogleCloudStorage(
    location: GoogleCloudStorageLocation,
    expiresIn: number,
): Promise<string> {
    const { bucket, object, generation } = location;
    const options = generation === undefined ? {} : { generation: Number(generation) };
    const accessibleAt = new Date();
    const [url] = await clientFor(location)
        .bucket(bucket)
        .file(object, options)
        .getSignedUrl({
            version: "v4",
            action: "read",
            accessibleAt,
            expires: new Date(accessibleAt.getTime() + expiresIn * 1_000),
        });
    return url;
}

function clientFor({ apiEndpoint, credentials }: GoogleCloudStorageLocation): Storage {
    const key = JSON.stringify([apiEndpoint, credentials]);
    let client = clients.get(key);
    if (!client) {
        const { Storage } = require("@google-cloud/storage") as typeof import("@google-cloud/storage");
        client = new Storage({
            ...(apiEndpoint !== undefined && { apiEndpoint }),
            ...(credentials !== undefined && { credentials: JSON.parse(credentials) }),
        });
        clients.set(key, client);
    }
    return client;
}
