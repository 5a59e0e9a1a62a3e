import { describe, expect, it } from "vitest";
import { resolveAddress, type SourceAddress, type StorageAddress } from "../../src/storage/address";
import type { BlobLocation } from "../../src/storage/location";
import { isSameAccountForCredentials } from "../../src/storage/sameAccount";
import { isSameObject, mayBeSameObject, sameness } from "../../src/storage/sameObject";

/** A URL, or parts. */
type Given = string | BlobLocation;

const source = (given: Given): SourceAddress => resolveAddress(typeof given === "string" ? { url: given } : given)!;
const destination = (given: Given): StorageAddress => {
    const address = source(given);
    return address.kind === "other" ? expect.fail(`${address.url} is no destination`) : address;
};

const cloud = "https://acct.blob.core.windows.net/c/dir/b";
const local = "http://127.0.0.1:10000/acct/c/dir/b";
const parts = { containerName: "c", blobName: "dir/b" };
const domain = { endpoint: "https://data.contoso.example", ...parts };
const otherDomain = { endpoint: "https://files.contoso.example", ...parts };
const website = "https://acct.blob.core.windows.net/$web";
const file = "https://acct.file.core.windows.net/s/dir/f";
const fileParts = { shareName: "s", filePath: "dir/f" };

describe("a copy's source is its destination", () => {
    it.each<[string, Given, Given]>([
        ["by the route over the internet", "https://acct-internetrouting.blob.core.windows.net/c/dir/b", cloud],
        ["by Microsoft's own route", "https://acct-microsoftrouting.blob.core.windows.net/c/dir/b", cloud],
        ["by both versions of IP", "https://acct-dualstack.blob.core.windows.net/c/dir/b", cloud],
        ["by IPv6", "https://acct-ipv6.blob.core.windows.net/c/dir/b", cloud],
        ["at its secondary location", "https://acct-secondary.blob.core.windows.net/c/dir/b", cloud],
        ["by several of these", "https://acct-secondary-dualstack.blob.core.windows.net/c/dir/b", cloud],
        ["with a dot at the host's end", "https://acct.blob.core.windows.net./c/dir/b", cloud],
        ["in upper case", "https://ACCT.Blob.Core.Windows.NET/c/dir/b", cloud],
        ["with its port", "https://acct.blob.core.windows.net:443/c/dir/b", cloud],
        ["over http", "http://acct.blob.core.windows.net/c/dir/b", cloud],
        ["over http with its port", "http://acct.blob.core.windows.net:80/c/dir/b", cloud],
        ["in its DNS zone", "https://acct.z00.blob.storage.azure.net/c/dir/b", cloud],
        [
            "in its DNS zone, by the route over the internet",
            "https://acct-internetrouting.z12.blob.storage.azure.net/c/dir/b",
            cloud,
        ],
        ["by the zones' suffix alone", "https://acct.blob.storage.azure.net/c/dir/b", cloud],
        ["by its private link", "https://acct.privatelink.blob.core.windows.net/c/dir/b", cloud],
        ["of the service for data lakes", "https://acct.dfs.core.windows.net/c/dir/b", cloud],
        ["of the service for data lakes in its zone", "https://acct.z12.dfs.storage.azure.net/c/dir/b", cloud],
        [
            "of the service for data lakes, as endpoint",
            { endpoint: "https://acct.dfs.core.windows.net", ...parts },
            cloud,
        ],
        ["under a custom domain with the account's name", { ...domain, accountName: "acct" }, cloud],
        [
            "by a URL of a custom domain with the account's name",
            { url: "https://data.contoso.example/c/dir/b", accountName: "acct" },
            cloud,
        ],
        [
            "under two custom domains with the account's name",
            { ...domain, accountName: "acct" },
            { ...otherDomain, accountName: "acct" },
        ],
        ["under one custom domain", domain, { ...domain, accountName: "acct" }],
        [
            "under one custom domain with a dot at its end",
            { ...domain, endpoint: "https://data.contoso.example./" },
            domain,
        ],
        [
            "by the URL of a custom domain, which looks like any web server's",
            "https://data.contoso.example/c/dir/b",
            domain,
        ],
        ["with a backslash", { accountName: "acct", containerName: "c", blobName: "dir\\b" }, cloud],
        ["with escapes", "https://acct.blob.core.windows.net/c/%64ir%2Fb", cloud],
        ["with a folder that leads nowhere", "https://acct.blob.core.windows.net/c/./x/../dir/b", cloud],
        [
            "in the root container, spelled or not",
            "https://acct.blob.core.windows.net/b",
            { accountName: "acct", containerName: "$root", blobName: "b" },
        ],
        ["as localhost", "http://localhost:10000/acct/c/dir/b", local],
        ["as localhost with a dot at its end", "http://localhost.:10000/acct/c/dir/b", local],
        ["by IPv6's loopback", "http://[::1]:10000/acct/c/dir/b", local],
        ["by IPv4's loopback in IPv6", "http://[::ffff:127.0.0.1]:10000/acct/c/dir/b", local],
        ["by a short address", "http://127.1:10000/acct/c/dir/b", local],
        ["by every address of this machine", "http://0.0.0.0:10000/acct/c/dir/b", local],
        ["as a container's host", "http://host.docker.internal:10000/acct/c/dir/b", local],
        [
            "of an emulator with the account in the host",
            { endpoint: "http://acct.blob.localhost:10000", ...parts },
            local,
        ],
        ["by the URL of an emulator with the account in the host", "http://acct.blob.localhost:10000/c/dir/b", local],
        ["of an emulator at its secondary location", "http://127.0.0.1:10000/acct-secondary/c/dir/b", local],
        ["of an emulator under a custom domain with the account's name", { ...domain, accountName: "acct" }, local],
        ["as a page of its website", "https://acct.z6.web.core.windows.net/dir/page.html", `${website}/dir/page.html`],
        ["as the start of its website", "https://acct.z6.web.core.windows.net/", `${website}/index.html`],
        ["as a folder of its website", "https://acct.z6.web.core.windows.net/dir/", `${website}/dir/index.html`],
        [
            "as a file by the route over the internet",
            "https://acct-internetrouting.file.core.windows.net/s/dir/f",
            file,
        ],
        ["as a file in upper case", "https://acct.file.core.windows.net/s/DIR/F", file],
        ["as a file with a dot at its end", { accountName: "acct", shareName: "s", filePath: "dir/f." }, file],
        ["as a file in its DNS zone", "https://acct.z00.file.storage.azure.net/s/dir/f", file],
        [
            "as a file of localhost",
            { endpoint: "http://localhost:10004/acct", ...fileParts },
            { endpoint: "http://127.0.0.1:10004/acct", ...fileParts },
        ],
        [
            "as a file under a custom domain with the account's name",
            { endpoint: "https://files.contoso.example", accountName: "acct", ...fileParts },
            file,
        ],
    ])("%s", (_, one, other) => {
        expect(mayBeSameObject(source(one), destination(other))).toBe(true);
    });
});

describe("a copy's source is another object than its destination", () => {
    it.each<[string, Given, Given]>([
        ["another blob", "https://acct.blob.core.windows.net/c/dir/other", cloud],
        ["a blob whose name differs by upper and lower case", "https://acct.blob.core.windows.net/c/dir/B", cloud],
        ["a blob in another container", "https://acct.blob.core.windows.net/d/dir/b", cloud],
        [
            "a blob of the same name in the root container",
            "https://acct.blob.core.windows.net/b",
            "https://acct.blob.core.windows.net/c/b",
        ],
        [
            "a blob whose name is written with escapes",
            { accountName: "acct", containerName: "c", blobName: "dir%2Fb" },
            cloud,
        ],
        ["a blob in another account", "https://acct2.blob.core.windows.net/c/dir/b", cloud],
        ["a blob in another cloud", "https://acct.blob.core.chinacloudapi.cn/c/dir/b", cloud],
        ["a blob in another account under a custom domain", { ...domain, accountName: "acct2" }, cloud],
        [
            "a blob in two accounts under custom domains",
            { ...domain, accountName: "acct" },
            { ...otherDomain, accountName: "acct2" },
        ],
        ["a blob in an emulator's other account", "http://127.0.0.1:10000/acct2/c/dir/b", local],
        [
            "a blob in an emulator's other account, by other hosts",
            { endpoint: "http://acct2.blob.localhost:10000", accountName: "acct2", ...parts },
            { endpoint: "http://acct.blob.localhost:10000", accountName: "acct", ...parts },
        ],
        ["a snapshot, which is promoted", `${cloud}?snapshot=2026-01-01T00:00:00.0000000Z`, cloud],
        [
            "a snapshot by another host",
            {
                url: "https://acct-internetrouting.blob.core.windows.net/c/dir/b",
                snapshot: "2026-01-01T00:00:00.0000000Z",
            },
            cloud,
        ],
        ["a version, which is promoted", `${cloud}?versionId=2026-01-01T00:00:00.0000000Z`, cloud],
        ["a file of the same name", "https://acct.file.core.windows.net/c/dir/b", cloud],
        ["a file in another share", "https://acct.file.core.windows.net/t/dir/f", file],
        ["what a share snapshot keeps of it", `${file}?sharesnapshot=2026-01-01T00:00:00.0000000Z`, file],
        ["an object of Amazon S3", "s3://c/dir/b", cloud],
        ["an object of Amazon S3 by its URL", "https://acct.s3.amazonaws.com/c/dir/b", domain],
        ["an object of Google Cloud Storage", "gs://c/dir/b", cloud],
        [
            "a page of another account's website",
            "https://acct2.z6.web.core.windows.net/index.html",
            `${website}/index.html`,
        ],
        ["a page of a website beside a blob that is none", "https://acct.z6.web.core.windows.net/dir/b", cloud],
        ["another page of a website", "https://acct.z6.web.core.windows.net/one.html", `${website}/two.html`],
        ["a blob in another data lake", "https://acct2.dfs.core.windows.net/c/dir/b", cloud],
    ])("%s", (_, one, other) => {
        expect(sameness(source(one), destination(other))).toBe("other");
    });
});

describe("the service must tell whether a copy's source is its destination", () => {
    it.each<[string, Given, Given]>([
        ["under a custom domain of an account that is not known", domain, cloud],
        ["at an account beside a custom domain", cloud, domain],
        ["under two custom domains", domain, otherDomain],
        ["at any web server", "https://downloads.contoso.example/tool.zip", cloud],
        ["at any web server, for a file", "https://downloads.contoso.example/tool.zip", file],
        ["at a web server on this machine", "http://localhost:8080/b", local],
        [
            "with two slashes, which a hierarchical namespace takes for one",
            "https://acct.blob.core.windows.net/c/dir//b",
            cloud,
        ],
        ["with a slash at its beginning", "https://acct.blob.core.windows.net/c//dir/b", cloud],
        ["with a dot at its end", "https://acct.blob.core.windows.net/c/dir/b.", cloud],
        [
            "at two ports, where emulators of one account's name may be two",
            "http://127.0.0.1:10001/acct/c/dir/b",
            local,
        ],
        [
            "at two addresses, where emulators of one account's name may be two",
            "http://10.0.0.5:10000/acct/c/dir/b",
            local,
        ],
        ["at an emulator with an account's name", local, cloud],
        [
            "as a folder of a website, whose index document may be any",
            "https://acct.z6.web.core.windows.net/dir/",
            `${website}/dir/start.html`,
        ],
    ])("%s", (_, one, other) => {
        expect(sameness(source(one), destination(other))).toBe("unknown");
    });
});

describe("what was recorded is what is asked for", () => {
    it.each<[string, Given, Given, boolean]>([
        ["by another host of the account", cloud, "https://acct-internetrouting.blob.core.windows.net/c/dir/b", true],
        [
            "a snapshot by another host",
            `${cloud}?snapshot=1`,
            "https://acct-ipv6.blob.core.windows.net/c/dir/b?snapshot=1",
            true,
        ],
        ["another snapshot", `${cloud}?snapshot=1`, `${cloud}?snapshot=2`, false],
        ["a blob and its snapshot", cloud, `${cloud}?snapshot=2`, false],
        ["a blob and a data lake's URL", cloud, "https://acct.dfs.core.windows.net/c/dir/b", false],
        ["a custom domain that may be any account's", cloud, domain, false],
        ["any web server's URL", "https://downloads.contoso.example/a", "https://downloads.contoso.example/a", true],
    ])("%s: %s and %s: %s", (_, one, other, expected) => {
        expect(isSameObject(source(one), source(other))).toBe(expected);
    });
});

describe("a credential is handed on", () => {
    const at = (endpoint: string, accountName?: string) =>
        destination({ endpoint, ...(accountName && { accountName }), ...parts });
    const fileAt = (endpoint: string) => destination({ endpoint, ...fileParts });
    const azure = at("https://acct.blob.core.windows.net");
    const emulator = at("http://127.0.0.1:10000/acct");

    it.each<[string, StorageAddress, StorageAddress]>([
        ["to the very host", at("https://acct.blob.core.windows.net:443"), azure],
        [
            "to the very host that is no known cloud's",
            at("https://data.contoso.example"),
            at("https://data.contoso.example"),
        ],
        ["to the very emulator", at("http://127.0.0.1:10000/acct"), emulator],
        ["to an emulator's other service", fileAt("http://127.0.0.1:10004/acct"), emulator],
        ["to the account's other service", fileAt("https://acct.file.core.windows.net"), azure],
        ["to the account by another route", at("https://acct-internetrouting.blob.core.windows.net"), azure],
    ])("%s", (_, one, other) => {
        expect(isSameAccountForCredentials(one, other)).toBe(true);
        expect(isSameAccountForCredentials(other, one)).toBe(true);
    });

    it.each<[string, StorageAddress, StorageAddress]>([
        ["to a custom domain with the account's name", at("https://data.contoso.example", "acct"), azure],
        [
            "to two custom domains with the account's name",
            at("https://data.contoso.example", "acct"),
            at("https://files.contoso.example", "acct"),
        ],
        ["to a look-alike", at("https://acct.blob.core.windows.net.contoso.example", "acct"), azure],
        ["to a look-alike of a cloud", at("https://acct.blob.core.contoso.example", "acct"), azure],
        ["to another account", at("https://acct2.blob.core.windows.net"), azure],
        ["to another cloud", at("https://acct.blob.core.usgovcloudapi.net"), azure],
        ["to a DNS zone, where others may have the name", at("https://acct.z12.blob.storage.azure.net"), azure],
        ["over http", at("http://acct.blob.core.windows.net"), azure],
        ["to another port", at("https://acct.blob.core.windows.net:8443"), azure],
        ["to localhost beside an address", at("http://localhost:10000/acct"), emulator],
        ["to an address beside an account", emulator, azure],
        ["to an emulator's other account", at("http://127.0.0.1:10000/acct2"), emulator],
        ["to another port of this machine", at("http://127.0.0.1:10001/acct"), emulator],
        [
            "to a custom domain's other service",
            fileAt("https://data.contoso.example:8443"),
            at("https://data.contoso.example", "acct"),
        ],
    ])("never %s", (_, one, other) => {
        expect(isSameAccountForCredentials(one, other)).toBe(false);
        expect(isSameAccountForCredentials(other, one)).toBe(false);
    });
});
