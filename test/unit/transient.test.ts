import { expect, it } from "vitest";
import { isTransient, retryAfterMilliseconds } from "../../src/storage/transient";

const answered = (statusCode: number | undefined, headers: Record<string, string> = {}) =>
    Object.assign(new Error("refused"), {
        name: "RestError",
        statusCode,
        response: { headers: { get: (name: string) => headers[name] } },
    });

it.each([408, 429, 500, 502, 503, 504, undefined])("takes %s for transient", (status) => {
    expect(isTransient(answered(status))).toBe(true);
});

it.each([400, 403, 404, 409, 412, 416, 501])("takes %d for lasting", (status) => {
    expect(isTransient(answered(status))).toBe(false);
});

it.each([
    ["429", true],
    ["503", true],
    ["403", false],
])("goes by the source's own answer %s", (source, transient) => {
    expect(isTransient(answered(409, { "x-ms-copy-source-status-code": source }))).toBe(transient);
});

it("takes an abort and a mistake in the program for lasting", () => {
    expect(isTransient(Object.assign(new Error("aborted"), { name: "AbortError" }))).toBe(false);
    expect(isTransient(new TypeError("undefined is not a function"))).toBe(false);
});

it("reads how long the service wants to be left alone", () => {
    expect(retryAfterMilliseconds(answered(503, { "retry-after": "7" }))).toBe(7_000);
    expect(retryAfterMilliseconds(answered(503))).toBe(0);
    expect(retryAfterMilliseconds(answered(503, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }))).toBe(0);
});
