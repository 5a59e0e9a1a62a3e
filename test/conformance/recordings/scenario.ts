import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountOptions, CopyRule } from "../../../simulator";

/**
 * What the real service was recorded to answer, told in a form of this project's own: requests, and of the answers what
 * matters about them.
 *
 * Texts in braces stand for what differs each time. In requests: `{near}` and `{far}`, the URLs of the account that is asked
 * and of another one; `{sas}`, a SAS that reads what stands before it; `{forbidden}`, a URL that answers 403; `{seconds -60}`,
 * a minute ago; `{etag 1}`, the first ETag that was answered; `{etag of images/source}`, `{md5 of images/source}`. In answers, `$etag 1` is
 * the first ETag of the scenario: where it stands again it must be the same one, and no other symbol may stand for it.
 */
export interface Scenario {
    /** The recording's name. */
    readonly recording: string;
    /** The service that was asked. @default "blob" */
    readonly service?: "blob" | "file";
    /** The version that was asked for. */
    readonly version: string;
    /** Whether only part of the headers was recorded: others may be there too. */
    readonly subset?: boolean;
    /** What the account that is asked is like. */
    readonly account?: Partial<AccountOptions>;
    /** How copies go. Without it, a copy from the far account stays pending. */
    readonly copies?: CopyRule;
    /** What is there already. */
    readonly given?: readonly Given[];
    readonly steps: readonly ScenarioStep[];
}

/** A blob, or in Azure Files a file, that is there before the first request. */
export interface Given {
    /** @default "near" */
    readonly account?: "near" | "far";
    readonly blob: string;
    readonly length: number;
    /** @default "BlockBlob" */
    readonly type?: "BlockBlob" | "PageBlob" | "AppendBlob";
    readonly contentType?: string;
    /** Whether it has a Content-MD5. */
    readonly md5?: true;
    readonly tier?: string;
}

/** One request, and what was answered. */
export interface ScenarioStep {
    /** Which of the recording's exchanges it is, from 0. @default the step's own place; in a scenario that says `of` at all, none */
    readonly of?: number;
    /** Seconds after the first request. */
    readonly at?: number;
    /** Method, path in the account and query. */
    readonly do: string;
    /** @default "near" */
    readonly account?: "near" | "far";
    readonly headers?: Readonly<Record<string, string>>;
    /** How many bytes of content are sent. */
    readonly bytes?: number;
    /** What Set Blob Tags sends. */
    readonly tags?: Readonly<Record<string, string>>;
    /** What Put Block List sends: the latest of these IDs. */
    readonly blocks?: readonly string[];
    /** Not to be replayed, and why. */
    readonly skip?: string;
    /** undefined where the recording doesn't tell. */
    readonly status?: number;
    readonly code?: string;
    /** Headers that were there, but for those in `values`. */
    readonly has: readonly string[];
    readonly values?: Readonly<Record<string, string>>;
    /** The elements of the XML document that was answered, each once, sorted. */
    readonly elements?: readonly string[];
}

/** Headers that aren't compared: recorders drop them, or they are up to the HTTP server. */
export const NOT_RECORDED = [
    ...["date", "server", "connection", "keep-alive", "transfer-encoding"],
    ...["x-ms-request-id", "x-ms-client-request-id", "x-ms-error-code", "x-ms-content-crc64"],
];

/** All scenarios, by name. */
export function readScenarios(): readonly Scenario[] {
    const folder = join(__dirname, "scenarios");
    return readdirSync(folder)
        .sort()
        .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as Scenario);
}

/** The elements of an XML document, each once, sorted. */
export function elementNames(document: string): string[] {
    return [...new Set([...document.matchAll(/<([A-Za-z][\w-]*)/g)].map((match) => match[1]!))].sort();
}
