// What a service says of the tokens that it takes, which may be anything: https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory#bearer-challenge

const storage = "https://storage.azure.com";

/** Longer ones say no more. */
const longestShown = 100;

/** The resource that a challenge (`WWW-Authenticate`) asks a token for, as a URL's origin, where it is not Azure Storage. */
export function foreignAudience(challenge: string | undefined): string | undefined {
    const resource = /\bresource_id="?([^\s",]+)/i.exec(challenge ?? "")?.[1];
    if (resource === undefined) {
        return undefined;
    }
    const origin = URL.canParse(resource) ? new URL(resource).origin : "null";
    return origin === storage ? undefined : origin === "null" ? "something else" : origin.slice(0, longestShown);
}
