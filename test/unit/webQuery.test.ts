import { describe, expect, it } from "vitest";
import { resolveAddress, sameAddress } from "../../src/storage/address";
import { namingQuery, queryHash } from "../../src/storage/webQuery";

const sas = "sv=2026-04-06&sr=b&sp=r&se=2027-01-01T00%3A00%3A00Z&sig=x%2B";
const amazon =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2Fb&X-Amz-Date=d&X-Amz-Expires=60&X-Amz-Security-Token=t&X-Amz-SignedHeaders=host&X-Amz-Signature=ff";
const google =
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a&X-Goog-Date=d&X-Goog-Expires=60&X-Goog-SignedHeaders=host&X-Goog-Signature=ff";

describe("namingQuery", () => {
    it.each([
        ["", ""],
        ["file=tool-1.0.zip", "file=tool-1.0.zip"],
        ["token=abc", "token=abc"],
        ["?b=2&a=1", "b=2&a=1"],
        ["a=1&&b", "a=1&b"],
        ["flag", "flag"],
        ["flag=", "flag="],
    ])("keeps %j", (query, naming) => {
        expect(namingQuery(query)).toBe(naming);
    });

    it.each([
        ["a SAS", sas],
        ["a SAS by a stored policy", "sv=2026-04-06&sr=c&si=readers&sig=x"],
        [
            "a user delegation SAS",
            `skoid=1&sktid=2&skt=3&ske=4&sks=b&skv=2026-04-06&saoid=5&scid=6&spr=https&sip=1.2.3.4&${sas}`,
        ],
        ["an account SAS", "sv=2026-04-06&ss=b&srt=o&sp=r&st=a&se=b&spr=https&sig=x"],
        ["a URL of Amazon S3", amazon],
        ["a URL of Google Cloud Storage", google],
        ["a URL of CloudFront with a policy", "Policy=p&Signature=s&Key-Pair-Id=k"],
        ["a URL of CloudFront with a time", "Expires=1&Signature=s&Key-Pair-Id=k"],
    ])("leaves out what signs %s, and nothing else", (_, query) => {
        expect(namingQuery(query)).toBe("");
        expect(namingQuery(`file=a&${query}&v=2`)).toBe("file=a&v=2");
    });

    it.each([
        ["sig=x"],
        ["sv=2&se=x"],
        ["Expires=1&Signature=s"],
        ["Signature=s&Key-Pair-Id=k"],
        ["Policy=p&Key-Pair-Id=k"],
        ["X-Amz-Date=d&X-Amz-Expires=60"],
        ["X-Goog-Date=d"],
        ["SIG=x&SV=2"],
        ["x-amz-signature=x&x-amz-date=d"],
        ["AWSAccessKeyId=a&Expires=1&Signature=s"],
    ])("keeps what is no whole signature: %s", (query) => {
        expect(namingQuery(query)).toBe(query);
    });

    it("leaves out what is signed by each, and keeps what only looks like another one's", () => {
        expect(namingQuery(`${amazon}&sv=2&Expires=1`)).toBe("sv=2&Expires=1");
        expect(namingQuery(`${amazon}&${sas}`)).toBe("");
        // They choose the answer's headers, which are copied.
        expect(namingQuery(`${sas}&rsct=text%2Fplain`)).toBe("rsct=text%2Fplain");
        expect(namingQuery(`${amazon}&response-content-type=a&x-id=GetObject`)).toBe(
            "response-content-type=a&x-id=GetObject",
        );
    });

    it("reads what is escaped in several ways the same, and tells apart what servers do", () => {
        expect(namingQuery("file=a%2fb")).toBe(namingQuery("file=a/b"));
        expect(namingQuery("name=%c3%a9")).toBe(namingQuery("name=é"));
        expect(namingQuery("%73ig=x&sv=1")).toBe("");
        expect(namingQuery("q=a+b")).not.toBe(namingQuery("q=a%2Bb"));
        expect(namingQuery("a=b%26c=d")).not.toBe(namingQuery("a=b&c=d"));
        expect(namingQuery("a=1&b=2")).not.toBe(namingQuery("b=2&a=1"));
        expect(namingQuery("a=%E0%A4")).toBe("a=%E0%A4");
    });
});

describe("queryHash", () => {
    it("tells queries apart, and one query at two URLs, and holds nothing of them", () => {
        const hash = queryHash("h/x", "token=abc");
        expect(hash).toMatch(/^[0-9a-f]{32}$/);
        expect(queryHash("h/x", `token=abc&${sas}`)).toBe(hash);
        expect(queryHash("h/x", "token=abd")).not.toBe(hash);
        expect(queryHash("h/y", "token=abc")).not.toBe(hash);
        expect(queryHash("h/x", undefined)).toBe("none");
        expect(queryHash("h/x", sas)).toBe("none");
    });
});

describe("a source's address", () => {
    const at = (url: string, sasToken?: string) => resolveAddress({ url, ...(sasToken && { sasToken }) })!;

    it("counts the query of a web server", () => {
        const url = "https://example.com/download";
        expect(sameAddress(at(url, "v=1"), at(url, "v=1"))).toBe(true);
        expect(sameAddress(at(url, "v=1"), at("http://EXAMPLE.com/download", "v=1"))).toBe(true);
        expect(sameAddress(at(url, "v=1"), at(url, "v=2"))).toBe(false);
        expect(sameAddress(at(url, "v=1"), at(url))).toBe(false);
        expect(sameAddress(at(url, sas), at(url))).toBe(true);
    });

    it.each([
        "https://contoso.blob.core.windows.net/c/b",
        "https://contoso.file.core.windows.net/s/f",
        "http://127.0.0.1:10000/devstoreaccount1/c/b",
        "s3://bucket/key",
    ])("does not count that of %s", (url) => {
        expect(sameAddress(at(url, "v=1"), at(url, "v=2"))).toBe(true);
    });

    it("counts that of a host that only looks like Azure's, but for its SAS", () => {
        const url = "https://contoso.blob.core.anything.example/c/b";
        expect(sameAddress(at(url, sas), at(url, sas.replace("x%2B", "y")))).toBe(true);
        expect(sameAddress(at(url, `${sas}&v=1`), at(url, `${sas}&v=2`))).toBe(false);
    });
});
