import { describe, expect, it } from "vitest";
import { escapes } from "../../common/decode";
import { redact, redactionPatterns, Secrets } from "../../common/redact";
import { endlessBeforeMore } from "../helpers/regularExpressions";

/** By pattern, texts that it alone redacts. */
const only: Record<keyof typeof redactionPatterns, [text: string, redacted: string][]> = {
    sig: [
        ["GET https://h/c/b?sv=1&sig=abc%2Bdef%3D&se=2 failed", "GET https://h/c/b?sv=1&sig=REDACTED&se=2 failed"],
        ["SharedAccessSignature=sv=1&sig=abc;", "SharedAccessSignature=sv=1&sig=REDACTED;"],
        ["SIG=abc", "SIG=REDACTED"],
        ["sv: 1, sig: abc", "sv: 1, sig: REDACTED"],
        ['{"sig":"abc+/=","se":"2"}', '{"sig":"REDACTED","se":"2"}'],
        ['{\\"sig\\":\\"abc+/=\\",\\"se\\":\\"2\\"}', '{\\"sig\\":\\"REDACTED\\",\\"se\\":\\"2\\"}'],
    ],
    signature: [
        [
            "https://cdn/x?Expires=1&Signature=ab~c_&Key-Pair-Id=K",
            "https://cdn/x?Expires=1&Signature=REDACTED&Key-Pair-Id=K",
        ],
        ["https://s3/x?X-Amz-Signature=ff&x=1", "https://s3/x?X-Amz-Signature=REDACTED&x=1"],
        ["https://storage/x?X-Goog-Signature=ff00", "https://storage/x?X-Goog-Signature=REDACTED"],
        ["<SignatureProvided>ab+c=</SignatureProvided>", "<SignatureProvided>REDACTED</SignatureProvided>"],
    ],
    accessKeyId: [
        ["https://s3/x?AWSAccessKeyId=AB1&Expires=1", "https://s3/x?AWSAccessKeyId=REDACTED&Expires=1"],
        ["{ accessKeyId: 'AB1' }", "{ accessKeyId: 'REDACTED' }"],
    ],
    googleAccessId: [
        ["https://storage/x?GoogleAccessId=me@x&Expires=1", "https://storage/x?GoogleAccessId=REDACTED&Expires=1"],
    ],
    presignedCredential: [
        ["https://s3/x?X-Amz-Credential=AK%2F1&x=1", "https://s3/x?X-Amz-Credential=REDACTED&x=1"],
        ["https://storage/x?X-Goog-Credential=a%40b%2F1&x=1", "https://storage/x?X-Goog-Credential=REDACTED&x=1"],
    ],
    accountKey: [["AccountName=a;AccountKey=abc+/==;X=y", "AccountName=a;AccountKey=REDACTED;X=y"]],
    sharedKey: [["authorization: SharedKey dev:abc+/==", "authorization: SharedKey dev:REDACTED"]],
    encryptionKey: [
        [
            '"x-ms-encryption-key": "BwcH/+w=", x-ms-source-encryption-key: CAg=',
            '"x-ms-encryption-key": "REDACTED", x-ms-source-encryption-key: REDACTED',
        ],
    ],
    bearer: [
        ["authorization: Bearer abc.def", "authorization: Bearer REDACTED"],
        ["authorization: bearer abcdefgh12345678", "authorization: bearer REDACTED"],
    ],
    basic: [["Authorization: Basic bWU6cGFzcw==", "Authorization: Basic REDACTED"]],
    cookie: [["set-cookie: session=abc; Path=/", "set-cookie: REDACTED"]],
    password: [
        ["curl password=abc", "curl password=REDACTED"],
        ['{"certificatePassword":"a \\"b c"}', '{"certificatePassword":"REDACTED"}'],
        ["passphrase='a b'", "passphrase='REDACTED'"],
    ],
    pwd: [["Server=a;Pwd=b;", "Server=a;Pwd=REDACTED;"]],
    secret: [["client_id=1&client_secret=a~b.c", "client_id=1&client_secret=REDACTED"]],
    token: [
        ["https://h/x?token=abc&b=1", "https://h/x?token=REDACTED&b=1"],
        ["https://h/x#access_token=abc", "https://h/x#access_token=REDACTED"],
        ['{"refresh_token" : "abc"}', '{"refresh_token" : "REDACTED"}'],
        ["{ sasToken: 'abc' }", "{ sasToken: 'REDACTED' }"],
        ["https://s3/x?X-Amz-Security-Token=ab%2F", "https://s3/x?X-Amz-Security-Token=REDACTED"],
    ],
    assertion: [["client_assertion=abc&x=1", "client_assertion=REDACTED&x=1"]],
    apiKey: [["https://h/x?apikey=abc", "https://h/x?apikey=REDACTED"]],
    accessKey: [
        ["{ secretAccessKey: 'abc' }", "{ secretAccessKey: 'REDACTED' }"],
        ["SharedAccessKey=abc;", "SharedAccessKey=REDACTED;"],
    ],
    key: [["https://h/x?key=abc&b=1", "https://h/x?key=REDACTED&b=1"]],
    code: [["https://h/x?code=abc&b=1", "https://h/x?code=REDACTED&b=1"]],
    user: [
        ["GET https://me:pass%20word@contoso.com/a@b failed", "GET https://REDACTED@contoso.com/a@b failed"],
        ["s3://me:word@bucket/key", "s3://REDACTED@bucket/key"],
        ["https://me:wo/rd@contoso.com", "https://REDACTED@contoso.com"],
        ["https://me:w@rd@contoso.com", "https://REDACTED@contoso.com"],
    ],
    jsonWebToken: [
        ["the token eyJ0.eyJ1.c2ln is refused", "the token REDACTED is refused"],
        ["the token eyJhbGciOiJSUzI1NiIsInR5 is refused", "the token REDACTED is refused"],
    ],
    privateKey: [
        [
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----REDACTED-----END RSA PRIVATE KEY-----",
        ],
    ],
    storageKey: [[`the key ${"Ab1+/".repeat(17)}x==`, "the key REDACTED"]],
    awsKeyId: [["the key AKIAIOSFODNN7EXAMPLE", "the key REDACTED"]],
    entraIdSecret: [[`the key abc8Q~${"x".repeat(34)}`, "the key REDACTED"]],
    googleApiKey: [[`the key AIza${"x".repeat(35)}`, "the key REDACTED"]],
    googleToken: [["the key ya29.a0AfH6SM", "the key REDACTED"]],
};

const samples = Object.entries(only).flatMap(([name, texts]) =>
    texts.map(([text, redacted]) => ({ name, text, redacted })),
);

describe("redact", () => {
    it.each(samples)("takes secrets out of $text", ({ text, redacted }) => {
        expect(redact(text)).toBe(redacted);
        expect(redact(redacted)).toBe(redacted);
    });

    it("has a text for each pattern", () => {
        expect(Object.keys(redactionPatterns).filter((name) => !only[name]?.length)).toEqual([]);
    });

    it.each(samples)("leaves the secret in $text without the pattern for $name", ({ name, text, redacted }) => {
        const others = Object.entries(redactionPatterns).filter(([other]) => other !== name);
        expect(
            redact(
                text,
                undefined,
                others.map(([, pattern]) => pattern),
            ),
        ).not.toBe(redacted);
    });

    it.each([
        [
            "in another URL's query",
            "to=https%3A%2F%2Fh%2Fc%3Fsv%3D1%26sig%3Dabc%252B%26se%3D2",
            "to=https%3A%2F%2Fh%2Fc%3Fsv%3D1%26sig%3DREDACTED%26se%3D2",
        ],
        ["encoded twice", "sv%253D1%2526sig%253Dabc%25252B%2526se", "sv%253D1%2526sig%253DREDACTED%2526se"],
        ["with each character encoded", "%26%73%69%67%3D%61%62%63", "%26%73%69%67%3DREDACTED"],
        [
            "in JSON",
            '{"url":"https://h/b?sv=1\\u0026sig\\u003dabc\\u002b\\u003d\\u0026se=1"}',
            '{"url":"https://h/b?sv=1\\u0026sig\\u003dREDACTED\\u0026se=1"}',
        ],
        [
            "in HTML",
            "https://h/b?sv=1&amp;sig&#61;abc&#43;d&#x3D;&amp;se=1",
            "https://h/b?sv=1&amp;sig&#61;REDACTED&amp;se=1",
        ],
        [
            "in HTML in JSON",
            "sv=1\\u0026amp;sig=abc\\u0026#43;d\\u0026amp;se=1",
            "sv=1\\u0026amp;sig=REDACTED\\u0026amp;se=1",
        ],
    ])("takes out a signature %s", (_, text, redacted) => {
        expect(redact(text)).toBe(redacted);
    });

    it("takes out values that are known to be secret, wherever they stand", () => {
        expect(redact("the key c2VjcmV0a2V5 is wrong", new Secrets(["c2VjcmV0a2V5"]))).toBe(
            "the key REDACTED is wrong",
        );
    });

    const secret = 'ab+c/d"== ö';
    const percent = (text: string) => Buffer.from(text).toString("hex").replace(/../g, "%$&");
    it.each([
        ["in a URL", encodeURIComponent(secret)],
        ["in a URL, in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
        ["in a URL, each character encoded", percent(secret)],
        ["in a URL, some characters encoded", encodeURIComponent(secret).replace("a", "%61")],
        ["in a URL, encoded twice", encodeURIComponent(encodeURIComponent(secret))],
        ["in a URL, encoded five times", [1, 2, 3, 4, 5].reduce(encodeURIComponent, secret)],
        ["in a form", new URLSearchParams({ _: secret }).toString().slice(2)],
        ["in JSON", JSON.stringify(secret).slice(1, -1)],
        ["in JSON in JSON", JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
        [
            "in JSON, as escapes",
            secret.replace(/[^a-z]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
        ],
        ["in HTML", secret.replace(/[^a-z]/g, (one) => `&#${one.charCodeAt(0)};`)],
        ["in HTML, in hexadecimal digits", secret.replace(/[^a-z]/g, (one) => `&#x${one.charCodeAt(0).toString(16)};`)],
        ["in HTML, by names", secret.replace('"', "&quot;").replace("+", "&plus;").replace("/", "&sol;")],
        ["in base64", Buffer.from(secret).toString("base64")],
        ["in hexadecimal digits", Buffer.from(secret).toString("hex")],
    ])("takes out such a value %s", (_, form) => {
        expect(redact(`the value <${form}> is wrong`, new Secrets([secret]))).toBe("the value <REDACTED> is wrong");
    });

    it("takes out a value that is encoded itself, such as a SAS, once it is decoded", () => {
        const sas = new Secrets(["sv=1&tok=ab%2Bc%3D"]);
        expect(redact("sv=1\\u0026tok=ab+c= and sv=1&amp;tok=ab%2Bc%3D", sas)).toBe("REDACTED and REDACTED");
    });

    it.each([1, 2])("takes out a value in base64 after %i other bytes", (before) => {
        const text = Buffer.from(`${"x".repeat(before)}correct horse battery`).toString("base64");
        expect(redact(text, new Secrets(["correct horse battery"]))).toMatch(/^.{1,4}REDACTED.{0,3}$/);
    });

    it("takes out a value whole that begins as another one does", () => {
        expect(redact("the key c2VjcmV0a2V5 is wrong", new Secrets(["c2VjcmV0", "c2VjcmV0a2V5"]))).toBe(
            "the key REDACTED is wrong",
        );
    });

    it("takes out a value of 4 to 7 characters where it is a word of its own", () => {
        const secrets = new Secrets(["pass", "f+9=a"]);
        expect(redact("the password pass, pass=f%2B9%3Da passed", secrets)).toBe(
            "the password REDACTED, REDACTED=REDACTED passed",
        );
    });

    it("leaves a text without secrets as it is", () => {
        const text = "could not read https://a.blob.core.windows.net/design=1/signature.txt: 404 BlobNotFound";
        expect(redact(text, new Secrets(["a", "404"]))).toBe(text);
    });

    it.each([
        "Microsoft Entra ID gave no token: AADSTS7000215: Invalid client secret provided",
        "https://contoso.com:8080/a@b and https://[::1]:10000/account/a@b",
        "source.sasToken must permit reading (sp with r)",
        "monkeyJungle.json, 100%, C:\\temp\\new, a && b; c",
        "the MD5 is CY9rzUYh03PK3k6DJie09g==",
    ])("leaves %s as it is", (text) => {
        expect(redact(text)).toBe(text);
    });

    it("cuts a text that is longer than 65,536 characters, after what is secret there", () => {
        const secrets = new Secrets(["correct horse battery"]);
        const text = `${"x".repeat(65_530)}correct horse battery${"x".repeat(1_000_000)}`;
        expect(redact(text, secrets)).toBe(`${"x".repeat(65_530)}REDACTED… (1000015 characters more)`);
    });

    it.each(Object.entries({ ...redactionPatterns, escapes }))(
        "takes time that grows as the text does: nothing that can fail follows what may be endless in %s",
        (_, pattern) => {
            expect(endlessBeforeMore(pattern.source)).toEqual([]);
        },
    );
});

describe("endlessBeforeMore", () => {
    it.each([
        ["eyJ[\\w-]+\\.[\\w-]+", ["[\\w-]+"]],
        ["(?:a+)+b", ["a+", "(?:a+)+"]],
        ["a*(?=b)", ["a*"]],
        ["x{3,}(?:y|z*)?w{0}", []],
        ["(a|b+)c", ["b+"]],
        ["[^&+]+$", ["[^&+]+"]],
        ["a{1,9}\\+b+(?:\\.c+)*", []],
    ])("finds in %s %j", (source, found) => {
        expect(endlessBeforeMore(source)).toEqual(found);
    });
});
