// What a web server's URL names by its query. For Azure Storage a query authorizes; at any other server it may be what is asked for.

import { createHash } from "node:crypto";

/** A vendor's way to sign a URL: parameters that change with each signature, and name nothing. */
interface Signing {
    /** Whether these parameters are signed so. One that only looks like a part of it names something. */
    recognizes(names: ReadonlySet<string>): boolean;
    /** Whether a parameter belongs to the signature. */
    signs(name: string): boolean;
}

/** The parameters of a SAS, but for those that override the answer's headers (`rscd` and the like), which are copied. */
const sasNames = new Set(
    "sv ss srt sr sp st se sip spr si sdd skoid sktid skt ske sks skv saoid suoid scid sduoid skdutid ses sig".split(
        " ",
    ),
);

const cloudFrontNames = new Set(["Signature", "Key-Pair-Id", "Policy", "Expires"]);

const signings: readonly Signing[] = [
    { recognizes: (names) => names.has("X-Amz-Signature"), signs: (name) => name.startsWith("X-Amz-") },
    { recognizes: (names) => names.has("X-Goog-Signature"), signs: (name) => name.startsWith("X-Goog-") },
    {
        recognizes: (names) => names.has("sig") && [...names].some((name) => name !== "sig" && sasNames.has(name)),
        signs: (name) => sasNames.has(name),
    },
    {
        recognizes: (names) =>
            names.has("Signature") && names.has("Key-Pair-Id") && (names.has("Policy") || names.has("Expires")),
        signs: (name) => cloudFrontNames.has(name),
    },
];

/**
 * The parameters of a query that name something, in their order, which a server may mind: all but those of a recognized signature.
 * What is escaped in several ways reads the same; a plus is left apart from a space and from its own escape, which servers tell apart.
 */
export function namingQuery(query: string): string {
    const parameters = query
        .replace(/^\?/, "")
        .split("&")
        .filter((parameter) => parameter !== "")
        .map((parameter) => {
            const equals = parameter.indexOf("=");
            return equals < 0
                ? { name: normal(parameter), value: "" }
                : { name: normal(parameter.slice(0, equals)), value: `=${normal(parameter.slice(equals + 1))}` };
        });
    const names = new Set(parameters.map(({ name }) => name));
    const signed = signings.filter((signing) => signing.recognizes(names));
    return parameters
        .filter(({ name }) => !signed.some((signing) => signing.signs(name)))
        .map(({ name, value }) => name + value)
        .join("&");
}

function normal(text: string): string {
    return text
        .split("+")
        .map((part) => {
            try {
                return encodeURIComponent(decodeURIComponent(part));
            } catch {
                return part;
            }
        })
        .join("+");
}

/** {@link queryHash} of a query that names nothing. */
export const noQuery = "none";

/**
 * What stands for a web server's query where it is recorded and compared: 32 hexadecimal digits of SHA-256, or {@link noQuery}. It may be
 * a token, so that it is never recorded itself; one that can be guessed can be guessed from this, too.
 * @param url without its query, so that one token at two places is not seen to be one
 */
export function queryHash(url: string, query: string | undefined): string {
    const naming = namingQuery(query ?? "");
    return naming === ""
        ? noQuery
        : createHash("sha256")
              .update(JSON.stringify([url, naming]))
              .digest("hex")
              .slice(0, 32);
}
