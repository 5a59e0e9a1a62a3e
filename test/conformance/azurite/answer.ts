import { XMLParser } from "fast-xml-parser";
import type { RawAnswer } from "../../simulator/support/raw";

/** What is compared of an answer: by aspect, such as `answer`, `header etag` or `body Blobs.Blob.0.Name`. */
export type Aspects = ReadonlyMap<string, string>;

/** Headers whose values are compared only by where they occur again in the same case. */
const SYMBOLIC = ["etag", "x-ms-snapshot", "x-ms-copy-id", "x-ms-lease-id", "x-ms-version-id"];
/** Headers that hold a time. */
const TIMES = ["last-modified", "x-ms-creation-time", "x-ms-copy-completion-time", "x-ms-access-tier-change-time"];
const SYMBOLIC_ELEMENTS = /\.(Etag|Snapshot|CopyId)$/;
const TIME_ELEMENTS = /\.(Last-Modified|Creation-Time|CopyCompletionTime|AccessTierChangeTime)$/;

/** Makes the answers of one service within one case comparable with another service's. */
export class Normalizer {
    private readonly symbols = new Map<string, string>();
    private readonly modified = new Map<string, string>();

    constructor(
        private readonly endpoint: string,
        private readonly ignored: ReadonlySet<string>,
    ) {}

    /** The aspects of an answer. A failure is its status and error code, a success has headers and a body too. */
    aspects(answer: RawAnswer): Aspects {
        const aspects = new Map<string, string>();
        const code = answer.headers["x-ms-error-code"];
        aspects.set("answer", code === undefined ? String(answer.status) : `${answer.status} ${code}`);
        const isXml = answer.body.replace(/^\uFEFF/, "").startsWith("<?xml");
        for (const [name, value] of Object.entries(answer.headers)) {
            if (!this.ignored.has(name) && !(isXml && name === "content-length")) {
                aspects.set(`header ${name}`, this.header(name, String(value), answer));
            }
        }
        if (answer.status < 300) {
            if (isXml) {
                this.document(answer.body, aspects);
            } else if (answer.body !== "") {
                aspects.set("body", answer.body);
            }
        }
        return aspects;
    }

    private header(name: string, value: string, answer: RawAnswer): string {
        if (SYMBOLIC.includes(name)) {
            return this.symbol(name, value.replaceAll('"', ""));
        }
        if (name === "last-modified") {
            return this.lastModified(value, answer);
        }
        if (TIMES.includes(name)) {
            return isTime(value) ? "a time" : value;
        }
        // What is left of a lease becomes less while a busy machine takes its time, and the two round it differently.
        if (name === "x-ms-lease-time") {
            return value === "0" ? value : "some seconds";
        }
        return this.located(value);
    }

    /** The Last-Modified that belongs to an ETag never changes. */
    private lastModified(value: string, answer: RawAnswer): string {
        const etag = String(answer.headers.etag).replaceAll('"', "");
        const before = this.modified.get(etag) ?? value;
        this.modified.set(etag, before);
        return isTime(value) && before === value ? "the ETag's time" : value;
    }

    /** A text with this service's place taken out; whether it says http or https stays. */
    private located(text: string): string {
        return text.replaceAll(this.endpoint.replace(/^http:/, ""), "//ENDPOINT");
    }

    private symbol(kind: string, value: string): string {
        const known = this.symbols.get(value) ?? `${kind} ${this.symbols.size + 1}`;
        this.symbols.set(value, known);
        return known;
    }

    private document(body: string, aspects: Map<string, string>): void {
        const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseTagValue: false });
        const document = parser.parse(body.replace(/^\uFEFF/, "")) as Record<string, unknown>;
        delete document["?xml"];
        this.element("body", document, aspects);
    }

    private element(path: string, value: unknown, aspects: Map<string, string>): void {
        if (typeof value === "object" && value !== null) {
            for (const [name, child] of Object.entries(value)) {
                const several = ["Blob", "BlobPrefix", "Container", "Tag", "Block", "PageRange", "ClearRange"];
                const list = several.includes(name) ? [child].flat() : child;
                this.element(joined(path, name), list, aspects);
            }
            return;
        }
        const text = this.located(String(value));
        if (SYMBOLIC_ELEMENTS.test(path)) {
            aspects.set(path, this.symbol(path.slice(path.lastIndexOf(".") + 1), text.replaceAll('"', "")));
        } else if (TIME_ELEMENTS.test(path)) {
            aspects.set(path, isTime(text) ? "a time" : text);
        } else if (/[. ](Next)?Marker$/.test(path)) {
            aspects.set(path, text === "" ? "" : "a marker");
        } else {
            aspects.set(path, text);
        }
    }
}

/** `body EnumerationResults.Blobs.Blob.0.Name` becomes `body Blobs.Blob.0.Name`. */
function joined(path: string, name: string): string {
    if (path === "body") {
        return "body ";
    }
    return path.endsWith(" ") ? path + name : `${path}.${name}`;
}

function isTime(text: string): boolean {
    return /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(text);
}
