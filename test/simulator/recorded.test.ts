import { describe, expect, test } from "vitest";
import { blobOf, copy, sasUrl } from "./support/copies";
import { type RawAnswer, raw } from "./support/raw";
import { simulate } from "./support/simulate";

// Names of the headers that the real service was recorded to answer with, versions 2018-11-09 to 2021-08-06.
// Left out on both sides: what recorders drop (Date, Server, x-ms-request-id, Connection) and x-ms-content-crc64.
const DROPPED = ["date", "server", "x-ms-request-id", "connection", "keep-alive"];

const names = ({ headers }: RawAnswer) =>
    Object.keys(headers)
        .filter((name) => !DROPPED.includes(name))
        .sort();

const COMMON = ["content-length", "x-ms-version"];
const HEAD = [
    ...["accept-ranges", "content-length", "content-type", "etag", "last-modified", "vary", "x-ms-access-tier"],
    ...["x-ms-access-tier-inferred", "x-ms-blob-type", "x-ms-creation-time", "x-ms-lease-state", "x-ms-lease-status"],
    ...["x-ms-server-encrypted", "x-ms-version"],
];
const COPY = ["x-ms-copy-id", "x-ms-copy-progress", "x-ms-copy-source", "x-ms-copy-status"];

async function twoAccounts() {
    const simulated = await simulate({ copySeconds: 8 });
    simulated.golden.createContainer("images");
    simulated.dev.createContainer("images");
    simulated.golden.putBlob("images", "source", "hello");
    simulated.dev.putBlob("images", "near", "hello");
    const headers = { "x-ms-version": "2021-08-06" };
    const request = (method: string, path: string, query = "", more = {}) =>
        raw(simulated.dev, `/images/${path}`, { method, query, headers: { ...headers, ...more } });
    return { ...simulated, headers, request };
}

describe("answers have the headers that were recorded", () => {
    test("Put Blob, Set Blob Tier, Delete Blob", async () => {
        const { request } = await twoAccounts();
        const put = await request("PUT", "a", "", { "x-ms-blob-type": "BlockBlob" });
        const stored = ["content-md5", "etag", "last-modified", "x-ms-request-server-encrypted"];
        expect(names(put)).toEqual([...COMMON, ...stored].sort());
        const tier = await request("PUT", "a", "comp=tier", { "x-ms-access-tier": "Archive" });
        expect([tier.status, names(tier)]).toEqual([200, COMMON]);
        const deleted = await request("DELETE", "a");
        expect([deleted.status, names(deleted)]).toEqual([202, [...COMMON, "x-ms-delete-type-permanent"].sort()]);
        expect(deleted.headers["x-ms-delete-type-permanent"]).toBe("true");
    });

    test("Copy Blob within an account, Get Blob Properties and Get Blob of a range", async () => {
        const { dev, headers, request } = await twoAccounts();
        const answer = await copy(dev, "/images/copy", `${dev.blobEndpoint}/images/near`, headers);
        const started = ["etag", "last-modified", "x-ms-copy-id", "x-ms-copy-status"];
        expect(names(answer)).toEqual([...COMMON, ...started].sort());
        const done = [...COPY, "x-ms-copy-completion-time"];
        expect(names(await request("HEAD", "copy"))).toEqual([...HEAD, ...done, "content-md5"].sort());
        const part = await request("GET", "copy", "", { "x-ms-range": "bytes=0-33554431" });
        const noTier = HEAD.filter((name) => !name.startsWith("x-ms-access-tier"));
        expect(names(part)).toEqual([...noTier, ...done, "content-range", "x-ms-blob-content-md5"].sort());
    });

    test("Copy Blob from another account, pending and aborted", async () => {
        const { golden, dev, headers, request } = await twoAccounts();
        const url = await sasUrl(blobOf(golden, "/images/source"));
        const answer = await copy(dev, "/images/copy", url, headers);
        const id = answer.headers["x-ms-copy-id"];
        expect(names(await request("HEAD", "copy"))).toEqual([...HEAD, ...COPY, "content-md5"].sort());
        const aborted = await request("PUT", "copy", `comp=copy&copyid=${id}`, { "x-ms-copy-action": "abort" });
        expect([aborted.status, names(aborted)]).toEqual([204, COMMON]);
        const after = [...HEAD, ...COPY, "content-md5", "x-ms-copy-completion-time"];
        expect(names(await request("HEAD", "copy"))).toEqual(after.sort());
        const range = await request("GET", "copy", "", { "x-ms-range": "bytes=0-33554431" });
        expect(names(range)).toEqual([...COMMON, "content-range", "content-type", "x-ms-error-code"].sort());
    });

    test("an error's body is the recorded document, with its own request ID and time", async () => {
        const { request } = await twoAccounts();
        const id = "bc2facf3-a1e2-4928-8d2d-073cd63729af";
        const { body, headers } = await request("PUT", "none", `comp=copy&copyid=${id}`, {
            "x-ms-copy-action": "abort",
        });
        const time = /Time:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z)/.exec(body)?.[1];
        expect(body).toBe(
            `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.\nRequestId:${headers["x-ms-request-id"]}\nTime:${time}</Message></Error>`,
        );
        expect(headers["content-length"]).toBe("215");
    });
});
