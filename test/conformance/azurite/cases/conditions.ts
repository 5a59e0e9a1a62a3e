import type { Cases, Seen, Step } from "../case";
import { ON_BLOBS, step } from "../matrix";
import { getBlobProperties, putBlob } from "../requests";

type Headers = Readonly<Record<string, string>>;
type MakeHeaders = (seen: Seen) => Headers;

const DAY = 24 * 3600_000;
const now = Date.now();
const yesterday = new Date(now - DAY).toUTCString();
const tomorrow = new Date(now + DAY).toUTCString();
const OTHER = '"0x8D4BCC2E4835CD0"';

/** Conditions, with what the blob's own ETag and time are. */
const CONDITIONS: Readonly<Record<string, MakeHeaders>> = {
    "If-Match with its ETag": (seen) => ({ "if-match": seen.header(0, "etag") }),
    "If-Match with another ETag": () => ({ "if-match": OTHER }),
    "If-Match *": () => ({ "if-match": "*" }),
    "If-None-Match with its ETag": (seen) => ({ "if-none-match": seen.header(0, "etag") }),
    "If-None-Match with another ETag": () => ({ "if-none-match": OTHER }),
    "If-None-Match *": () => ({ "if-none-match": "*" }),
    "If-Modified-Since yesterday": () => ({ "if-modified-since": yesterday }),
    "If-Modified-Since its own time": (seen) => ({ "if-modified-since": seen.header(0, "last-modified") }),
    "If-Modified-Since tomorrow": () => ({ "if-modified-since": tomorrow }),
    "If-Unmodified-Since yesterday": () => ({ "if-unmodified-since": yesterday }),
    "If-Unmodified-Since its own time": (seen) => ({ "if-unmodified-since": seen.header(0, "last-modified") }),
    "If-Unmodified-Since tomorrow": () => ({ "if-unmodified-since": tomorrow }),
    "If-Match with its ETag, If-Unmodified-Since yesterday": (seen) => ({
        "if-match": seen.header(0, "etag"),
        "if-unmodified-since": yesterday,
    }),
    "If-None-Match with its ETag, If-Modified-Since yesterday": (seen) => ({
        "if-none-match": seen.header(0, "etag"),
        "if-modified-since": yesterday,
    }),
    "If-Match with its ETag, If-None-Match with another": (seen) => ({
        "if-match": seen.header(0, "etag"),
        "if-none-match": OTHER,
    }),
    "x-ms-if-tags that holds": () => ({ "x-ms-if-tags": `"stage" = 'dev'` }),
    "x-ms-if-tags that doesn't hold": () => ({ "x-ms-if-tags": `"stage" = 'prod'` }),
};

/** Conditions that can be met or not where there is no blob. */
const ON_MISSING: Readonly<Record<string, Headers>> = {
    "no condition": {},
    "If-Match *": { "if-match": "*" },
    "If-Match with an ETag": { "if-match": OTHER },
    "If-None-Match *": { "if-none-match": "*" },
    "If-None-Match with an ETag": { "if-none-match": OTHER },
    "If-Modified-Since yesterday": { "if-modified-since": yesterday },
    "If-Unmodified-Since yesterday": { "if-unmodified-since": yesterday },
};

/** Every operation on a blob, under every condition, where the blob exists and where it doesn't. */
export function conditionCases(cases: Cases): void {
    for (const operation of ON_BLOBS) {
        for (const [name, headers] of Object.entries(CONDITIONS)) {
            cases.blob(operation.name, name, (path) => [
                ...operation.setup(path).map(tagged),
                step(operation, path, headers),
                getBlobProperties(path),
            ]);
        }
        for (const [name, headers] of Object.entries(ON_MISSING)) {
            cases.blob(operation.name, `no such blob, ${name}`, (path) => [
                // A source of its own, in case the operation copies.
                putBlob(`${path}-source`),
                step(operation, path, () => headers),
                getBlobProperties(path),
            ]);
        }
        cases.container(operation.name, "no such container", (path) => [
            putBlob("/shared/everyones-source", "same for all"),
            (seen) =>
                operation.name === "Copy Blob"
                    ? {
                          ...operation.request(`${path}/blob`, seen, {}),
                          headers: { "x-ms-copy-source": `${seen.endpoint}/shared/everyones-source` },
                      }
                    : operation.request(`${path}/blob`, seen, {}),
        ]);
    }
}

/** Put Blob with a tag. */
function tagged(put: Step): Step {
    return typeof put === "object" ? { ...put, headers: { ...put.headers, "x-ms-tags": "stage=dev" } } : put;
}
