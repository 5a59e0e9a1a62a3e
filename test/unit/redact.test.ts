import { describe, expect, it } from "vitest";
import { redact, Secrets } from "../../src/storage/redact";

describe("redact", () => {
    it.each([
        ["GET https://h/c/b?sv=1&sig=abc%2Bdef%3D&se=2 failed", "GET https://h/c/b?sv=1&sig=REDACTED&se=2 failed"],
        [
            "to=https%3A%2F%2Fh%2Fc%2Fb%3Fsv%3D1%26sig%3Dabc%252B",
            "to=https%3A%2F%2Fh%2Fc%2Fb%3Fsv%3D1%26sig%3DREDACTED",
        ],
        ['{"url":"https://h/c/b?sv=1\\u0026sig=abc%2B"}', '{"url":"https://h/c/b?sv=1\\u0026sig=REDACTED"}'],
        ["AccountName=a;AccountKey=abc+/==;X=y", "AccountName=a;AccountKey=REDACTED;X=y"],
        ["SharedAccessSignature=sv=1&sig=abc;", "SharedAccessSignature=sv=1&sig=REDACTED;"],
        ["authorization: SharedKey dev:abc+/==", "authorization: SharedKey dev:REDACTED"],
        [
            '"x-ms-encryption-key": "BwcH/+w=", x-ms-source-encryption-key: CAg=',
            '"x-ms-encryption-key": "REDACTED", x-ms-source-encryption-key: REDACTED',
        ],
        ["x-ms-encryption-key-sha256: 3QFF=", "x-ms-encryption-key-sha256: 3QFF="],
        ["authorization: Bearer eyJ0.eyJ1.c2ln", "authorization: Bearer REDACTED"],
        ['{"access_token":"eyJ0.eyJ1.c2-_ln"}', '{"access_token":"REDACTED"}'],
        [
            "client_id=1&client_secret=a~b.c&client_assertion=eyJ0.eyJ1.c2ln",
            "client_id=1&client_secret=REDACTED&client_assertion=REDACTED",
        ],
        ["GET https://me:pass%20word@contoso.com/a@b failed", "GET https://REDACTED@contoso.com/a@b failed"],
        [
            "https://storage.googleapis.com/b/o?X-Goog-Credential=a%40b%2F2026&X-Goog-Signature=ff00&generation=1",
            "https://storage.googleapis.com/b/o?X-Goog-Credential=REDACTED&X-Goog-Signature=REDACTED&generation=1",
        ],
        [
            "https://s3/x?X-Amz-Credential=AK%2F1&X-Amz-Signature=ff",
            "https://s3/x?X-Amz-Credential=REDACTED&X-Amz-Signature=REDACTED",
        ],
    ])("takes secrets out of %s", (text, redacted) => {
        expect(redact(text)).toBe(redacted);
    });

    it("takes out values that are known to be secret, wherever they stand", () => {
        expect(redact("the key c2VjcmV0a2V5 is wrong", new Secrets(["c2VjcmV0a2V5"]))).toBe(
            "the key REDACTED is wrong",
        );
    });

    it.each([
        ["in a URL", "key=ab%2Bc%2Fd%22%3D%3D"],
        ["in a URL, in lower case", "key=ab%2bc%2fd%22%3d%3d"],
        ["in JSON", '{"key":"ab+c/d\\"=="}'],
        ["in base64", `Basic ${Buffer.from('ab+c/d"==').toString("base64")}`],
    ])("takes out such a value %s", (_, text) => {
        expect(redact(text, new Secrets(['ab+c/d"==']))).toMatch(/^(?:key=|\{"key":"|Basic )REDACTED(?:"\})?$/);
    });

    it("takes out a value whole that begins as another one does", () => {
        expect(redact("the key c2VjcmV0a2V5 is wrong", new Secrets(["c2VjcmV0", "c2VjcmV0a2V5"]))).toBe(
            "the key REDACTED is wrong",
        );
    });

    it("leaves a text without secrets as it is", () => {
        const text = "could not read https://a.blob.core.windows.net/design=1/signature.txt: 404 BlobNotFound";
        expect(redact(text, new Secrets(["a"]))).toBe(text);
    });
});
