import { resolveAddress, type SourceAddress } from "../storage/address";
import { type CloudObject, cloudObjectOf } from "../storage/cloudObject";
import { type BlobLocation, s3CredentialParts } from "../storage/location";
import { missingLibraries } from "../storage/optionalLibrary";
import type { Failures } from "./failures";
import { hasUnknown, unknownValue } from "./unknown";

/** What each part must be; an empty word says that any text will do. */
interface Rule {
    readonly allowed: RegExp;
    readonly words: string;
    readonly required?: boolean;
    readonly secret?: boolean;
}

const anyText: Rule = { allowed: /^/, words: "" };
const secret: Rule = { ...anyText, secret: true };
const endpoint: Rule = {
    allowed: /^https?:\/\/[^/?#@]+(?:\/[^?#]*)?$/i,
    words: "must be a URL that Azure can reach, without a query string, a user name or a password",
};
const objectName: Rule = {
    allowed: /^(?!(?:.*\/)?\.\.?(?:\/|$))/s,
    words: "must have no segment that is . or .., which URLs resolve away",
    required: true,
};

const rules: Readonly<Record<CloudObject["vendor"], Readonly<Record<string, Rule>>>> = {
    s3: {
        bucket: {
            allowed: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
            words: "must have 3 to 63 lower-case letters, digits, dots and hyphens",
            required: true,
        },
        key: objectName,
        versionId: anyText,
        region: { allowed: /^[a-z0-9-]+$/, words: "must be a region such as eu-west-1" },
        endpoint,
        accessKeyId: secret,
        secretAccessKey: secret,
        sessionToken: secret,
    },
    googleCloudStorage: {
        bucket: {
            allowed: /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
            words: "must have 3 to 63 lower-case letters, digits, dots, hyphens and underscores, or up to 222 with dots",
            required: true,
        },
        object: objectName,
        generation: { allowed: /^\d+$/, words: "must be a generation, which has digits only" },
        apiEndpoint: endpoint,
        credentials: secret,
    },
};

/** At both vendors. */
const longestNameBytes = 1_024;

/** Whether a location names an object of Amazon S3 or Google Cloud Storage, well or badly. */
export function isCloudObject(location: BlobLocation): boolean {
    return (
        location.s3 !== undefined || location.googleCloudStorage !== undefined || cloudObjectOf(location) !== undefined
    );
}

/** Checks where an object of Amazon S3 or Google Cloud Storage is said to be, and returns its address where that can be told. */
export function checkCloudObject(
    failures: Failures,
    end: "source" | "destination",
    location: BlobLocation,
): SourceAddress | undefined {
    const before = failures.count;
    if (end === "destination") {
        failures.add(end, location.url, "can't be an object of another vendor; copies are written to Azure Storage");
        return undefined;
    }
    const [first, second] = Object.entries(location)
        .filter(([, value]) => value !== undefined)
        .map(([part]) => part);
    if (second !== undefined) {
        failures.add(`${end}.${second}`, undefined, `contradicts ${first}, which names an object by itself`);
    }
    const object = cloudObjectOf(location)!;
    if ((object.location as unknown) === unknownValue) {
        return undefined;
    }
    const path = `${end}.${location.url === undefined ? object.vendor : "url"}`;
    if (typeof object.location !== "object") {
        failures.add(path, undefined, `must be an object with ${Object.keys(rules[object.vendor]).join(", ")}`);
        return undefined;
    }
    const tell: Tell = (part, value, words) =>
        location.url === undefined
            ? failures.add(`${path}.${part}`, value, words)
            : failures.add(path, location.url, `names an object whose ${part} ${words}`);
    checkParts(object, tell);
    checkCredentials(object, tell);
    const missing = missingLibraries(object.vendor);
    if (missing) {
        failures.add(path, undefined, missing);
    }
    return failures.count > before || hasUnknown(location) ? undefined : resolveAddress(location);
}

/** Tells a mistake in a part. */
type Tell = (part: string, value: unknown, words: string) => void;

function checkParts({ vendor, location }: CloudObject, tell: Tell): void {
    const allowed = rules[vendor];
    const given: Readonly<Record<string, unknown>> = { ...location };
    for (const [part, value] of Object.entries(given)) {
        if (value !== undefined && !(part in allowed)) {
            tell(part, undefined, `is no part of it; allowed are ${Object.keys(allowed).join(", ")}`);
        }
    }
    for (const [part, rule] of Object.entries(allowed)) {
        const value = given[part];
        const shown = rule.secret ? undefined : value;
        if (value === undefined || (value === "" && rule.required)) {
            if (rule.required) {
                tell(part, undefined, "is missing");
            }
        } else if (typeof value !== "string" || value === "") {
            tell(part, shown, "must be a text that is not empty");
        } else if (value !== unknownValue && !rule.allowed.test(value)) {
            tell(part, shown, rule.words);
        } else if (rule === objectName && Buffer.byteLength(value) > longestNameBytes) {
            tell(part, `${Buffer.byteLength(value)} bytes`, "must have 1,024 bytes at most");
        }
    }
}

function checkCredentials({ vendor, location }: CloudObject, tell: Tell): void {
    if (vendor === "s3") {
        const given = s3CredentialParts.filter((part) => location[part] !== undefined);
        for (const part of ["accessKeyId", "secretAccessKey"] as const) {
            if (given.length > 0 && location[part] === undefined) {
                tell(part, undefined, `is missing beside ${given.join(" and ")}`);
            }
        }
        return;
    }
    const { credentials } = location;
    if (credentials !== undefined && credentials !== unknownValue && !isKeyFile(credentials)) {
        tell(
            "credentials",
            undefined,
            "must be the content of a key file, which is JSON and has client_email and private_key",
        );
    }
}

/** A service account's key, or what describes a federated identity in its place. */
function isKeyFile(text: string): boolean {
    try {
        const { type, client_email, private_key } = JSON.parse(text);
        return typeof type === "string" && type !== "service_account"
            ? true
            : typeof client_email === "string" && typeof private_key === "string";
    } catch {
        return false;
    }
}
