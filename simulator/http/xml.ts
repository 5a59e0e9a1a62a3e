import { XMLParser, XMLValidator } from "fast-xml-parser";
import { storageError } from "./errors";

/** The service's XML begins with a byte-order mark. */
export const XML_PROLOG = '\uFEFF<?xml version="1.0" encoding="utf-8"?>';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: false });
const orderedParser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    trimValues: false,
    preserveOrder: true,
});

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text as the inside of an element. */
export function escapeText(text: string): string {
    return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (character) => ESCAPES[character]!) : text;
}

/**
 * An element with text; an empty one is spelled `<Name />`, as the service spells it.
 * (fast-xml-parser builds XML too, but neither spells it so nor lists 5,000 blobs in time.)
 */
export function element(name: string, text: string | number | undefined): string {
    return text === undefined || text === "" ? `<${name} />` : `<${name}>${escapeText(String(text))}</${name}>`;
}

/** An element with text, or nothing where there is no text. */
export function optionalElement(name: string, text: string | number | undefined): string {
    return text === undefined || text === "" ? "" : element(name, text);
}

/** An element around elements. */
export function parent(name: string, children: string): string {
    return children === "" ? `<${name} />` : `<${name}>${children}</${name}>`;
}

/** A request's body parsed into plain objects; throws 400 InvalidXmlDocument if it isn't XML. */
export function parseXml(body: Buffer): Record<string, unknown> {
    return parser.parse(checkedXml(body)) as Record<string, unknown>;
}

/** One element of a parsed document, in order. */
export interface OrderedElement {
    readonly name: string;
    readonly text: string;
}

/** The children of the root element, in the order they were written, whatever their names. */
export function parseChildren(body: Buffer, root: string): OrderedElement[] {
    const document = orderedParser.parse(checkedXml(body)) as Record<string, Record<string, unknown>[]>[];
    const children = document.find((node) => root in node)?.[root];
    if (!children) {
        throw storageError("InvalidXmlDocument");
    }
    return children
        .map((child) => {
            const name = Object.keys(child).find((key) => key !== ":@")!;
            const inner = child[name];
            const text = Array.isArray(inner) ? inner.map((node) => String(node["#text"] ?? "")).join("") : "";
            return { name, text };
        })
        .filter(({ name }) => name !== "#text");
}

/** A parsed value as a list: the parser gives one element as itself, none as undefined or "". */
export function asList(value: unknown): unknown[] {
    if (value === undefined || value === "" || (typeof value === "string" && value.trim() === "")) {
        return [];
    }
    return Array.isArray(value) ? value : [value];
}

function checkedXml(body: Buffer): string {
    const text = body.toString("utf8").replace(/^\uFEFF/, "");
    if (text.trim() === "" || XMLValidator.validate(text) !== true) {
        throw storageError("InvalidXmlDocument");
    }
    return text;
}
