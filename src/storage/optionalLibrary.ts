// Libraries that only some programs need: optional peer dependencies, loaded on use.

/** What each optional feature needs. */
export const optionalLibraries = {
    s3: ["@aws-sdk/client-s3", "@aws-sdk/s3-request-presigner"],
    googleCloudStorage: ["@google-cloud/storage"],
} as const;

/**
 * The libraries that a feature lacks, in words; nothing where all are there. Loads none of them.
 * @param resolve finds a package or throws
 */
export function missingLibraries(
    feature: keyof typeof optionalLibraries,
    resolve: (name: string) => unknown = require.resolve,
): string | undefined {
    const missing = optionalLibraries[feature].filter((name) => {
        try {
            resolve(name);
            return false;
        } catch {
            return true;
        }
    });
    return missing.length === 0
        ? undefined
        : `needs ${missing.join(" and ")} to make a presigned URL; run npm install ${missing.join(" ")} in the program's folder`;
}
