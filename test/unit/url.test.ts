import { describe, expect, it } from "vitest";
import { joinSecretQuery, redactUrl, splitSecretQuery } from "../../src/storage/url";

describe("splitSecretQuery", () => {
    it.each([
        ["https://a.blob.core.windows.net/c/b", "https://a.blob.core.windows.net/c/b", undefined],
        ["https://a.blob.core.windows.net/c/b?sv=1&sig=x%2B", "https://a.blob.core.windows.net/c/b", "sv=1&sig=x%2B"],
        ["https://h/c/b?snapshot=2026-01-01&sig=x", "https://h/c/b?snapshot=2026-01-01", "sig=x"],
        ["https://h/c/b?sig=x&VersionId=v", "https://h/c/b?VersionId=v", "sig=x"],
        ["https://h/file?X-Amz-Signature=abc", "https://h/file", "X-Amz-Signature=abc"],
        ["https://h/share/f?sig=x&sharesnapshot=t", "https://h/share/f?sharesnapshot=t", "sig=x"],
        [
            "https://h/b/k?X-Amz-Date=d&versionId=v&x-id=GetObject",
            "https://h/b/k?versionId=v",
            "X-Amz-Date=d&x-id=GetObject",
        ],
        ["https://h/b/o?X-Goog-Date=d&generation=17", "https://h/b/o?generation=17", "X-Goog-Date=d"],
        ["s3://bucket/what?a key#1", "s3://bucket/what?a key#1", undefined],
        ["gs://bucket/object#17", "gs://bucket/object#17", undefined],
        ["https://h/c/b?", "https://h/c/b", undefined],
        ["https://h/c/b?sig=x#part", "https://h/c/b", "sig=x"],
    ])("splits %s", (url, shown, secret) => {
        expect(splitSecretQuery(url)).toEqual(
            secret === undefined ? { url: shown } : { url: shown, secretQuery: secret },
        );
    });

    it("is undone by joinSecretQuery", () => {
        expect(joinSecretQuery("https://h/c/b", "sv=1&sig=x")).toBe("https://h/c/b?sv=1&sig=x");
        expect(joinSecretQuery("https://h/c/b?snapshot=s", "?sig=x")).toBe("https://h/c/b?snapshot=s&sig=x");
        expect(joinSecretQuery("https://h/c/b", undefined)).toBe("https://h/c/b");
    });

    it("leaves nothing secret in a redacted URL", () => {
        expect(redactUrl("https://h/c/b?sp=r&sig=secret&versionid=v")).toBe("https://h/c/b?versionid=v");
    });
});
