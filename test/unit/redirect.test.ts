import { describe, expect, it } from "vitest";
import { isRedirectStatus, leadingTo } from "../../src/storage/redirect";

describe("leadingTo", () => {
    const url = "https://example.com/a/b?token=secret";

    it.each([
        ["https://cdn.example.com:8443/x?token=t#f", "https://cdn.example.com:8443/x"],
        ["/login?from=b", "https://example.com/login"],
        ["c", "https://example.com/a/c"],
        ["//user:password@host/x", "https://host/x"],
        ["http://127.0.0.1/latest/meta-data", "http://127.0.0.1/latest/meta-data"],
        ["http://169.254.169.254/latest/meta-data?a", "http://169.254.169.254/latest/meta-data"],
        ["/\u001b[2J/\u009b31m/\u202e/\u0007/", "https://example.com/%1B[2J/%C2%9B31m/%E2%80%AE/%07/"],
        ["https://h\u00e9/", "https://xn--h-bga/"],
        ["/a\r\nb", "https://example.com/ab"],
        ["file:///etc/passwd", "file:///etc/passwd"],
    ])("tells of %j the target's host and path", (location, target) => {
        expect(leadingTo(location, url)).toBe(`the server redirects to ${target}`);
    });

    it.each([null, undefined, "http://[", "https://h\u202e/"])("says that %j leads nowhere", (location) => {
        expect(leadingTo(location, url)).toBe("the server redirects, and does not say where to");
    });

    it("cuts a long target", () => {
        expect(leadingTo(`/${"x".repeat(100_000)}`, url).length).toBeLessThan(350);
    });
});

describe("isRedirectStatus", () => {
    it.each([301, 302, 303, 307, 308])("is true of %d", (status) => expect(isRedirectStatus(status)).toBe(true));
    it.each([200, 300, 304, 403, undefined])("is false of %s", (status) =>
        expect(isRedirectStatus(status)).toBe(false),
    );
});
