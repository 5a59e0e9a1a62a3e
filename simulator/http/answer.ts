import type { Content } from "../content/content";

/** The part of a content that an answer carries. */
export interface ContentPart {
    readonly content: Content;
    readonly start: number;
    readonly end: number;
}

/** Headers of an answer, in the order they are sent; one that is undefined isn't sent. */
export type AnswerHeaders = Record<string, string | number | undefined>;

/** What an operation answers; the headers that every answer has are added when it is sent. */
export interface Answer {
    readonly status: number;
    readonly headers?: Readonly<AnswerHeaders>;
    /** An XML document without its prolog, or bytes of a blob. */
    readonly xml?: string;
    readonly part?: ContentPart;
    /** A document of another type. */
    readonly document?: { readonly type: string; readonly text: string };
    /** Whether the body, be it empty, is sent in chunks, without Content-Length, as lists are. */
    readonly chunked?: boolean;
    /** The length that a HEAD reports. */
    readonly length?: number;
}
