// That the request log keeps no secret, whichever way one is sent.

import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AccountHandle, type Simulator, startSimulator } from "../../simulator";
import { raw, send } from "./support/raw";

let simulator: Simulator;
let golden: AccountHandle;

beforeAll(async () => {
    simulator = await startSimulator({ accounts: [{ name: "golden" }] });
    golden = simulator.account("golden");
});

afterAll(() => simulator.close());

beforeEach(() => simulator.requests.clear());

const secret = () => randomBytes(24).toString("hex");

/** The one request that was logged. */
function logged() {
    const [request] = simulator.requests.all();
    return request!;
}

describe("the request log's query", () => {
    test.each([
        "sig",
        "SIG",
        "Sig",
        "s%69g",
        "X-Amz-Signature",
        "X-Amz-Credential",
        "X-Amz-Security-Token",
        "x-goog-signature",
        "Signature",
        "token",
        "access_token",
        "code",
        "client_secret",
        "client_assertion",
        "password",
        "key",
        "subscription-key",
        "nobody knows this one",
    ])("keeps the name of %s, and not its value", async (name) => {
        const value = secret();
        const parameter = `${name.replaceAll(" ", "%20")}=${value}`;
        await raw(golden, "/images/a", { query: `comp=metadata&${parameter}&timeout=5` });
        expect(logged().query).toBe(`comp=metadata&${parameter.replace(value, "REDACTED")}&timeout=5`);
    });

    test.each([
        ["a parameter without a name", (value: string) => `=${value}`],
        ["a parameter without a value", (value: string) => value],
        [
            "a URL with a signature, as a harmless parameter's value",
            (value: string) => `prefix=https://a/b?sig=${value}`,
        ],
        ["an escaped one", (value: string) => `marker=${encodeURIComponent(`https://a/b?sp=r&sig=${value}`)}`],
        ["a second signature", (value: string) => `sig=1&sig=${value}`],
    ])("keeps nothing of %s", async (_, query) => {
        const value = secret();
        await raw(golden, "/images/a", { query: query(value) });
        await send(`${simulator.url}/nobody/images/a?${query(value)}`);
        await send(`${simulator.url}/msi/token?resource=x&${query(value)}`);
        expect(simulator.requests.count()).toBe(3);
        expect(JSON.stringify([...simulator.requests])).not.toContain(value);
    });

    test("keeps what the REST reference knows, and what a SAS says of itself", async () => {
        const query =
            "restype=container&comp=list&prefix=a%20b&sv=2025-01-05&sp=r&se=2026-01-01T00%3A00%3A00Z&sr=c&skoid=1&sig=REDACTED";
        await raw(golden, "/images", { query: query.replace("REDACTED", secret()), key: null });
        expect(logged().query).toBe(query);
    });
});

describe("the request log's headers", () => {
    test.each([
        "cookie",
        "proxy-authorization",
        "x-identity-header",
        "secret",
        "x-ms-encryption-key",
        "x-ms-source-encryption-key",
        "x-api-key",
        "x-amz-security-token",
        "x-ms-token-aad-access-token",
        "x-ms-client-principal",
        "x-forwarded-access-token",
        "referer",
        "x-nobody-knows",
    ])("keep the name of %s, and not its value", async (name) => {
        const value = secret();
        await raw(golden, "/images/a", { headers: { [name]: value } });
        expect(logged().headers[name]).toBe("REDACTED");
    });

    test.each([
        ["SharedKey golden:", "SharedKey REDACTED"],
        ["SharedKeyLite golden:", "SharedKeyLite REDACTED"],
        ["Bearer ", "Bearer REDACTED"],
        ["Basic ", "REDACTED"],
        ["", "REDACTED"],
    ])("keep the scheme of %j alone", async (scheme, expected) => {
        const headers = {
            authorization: `${scheme}${secret()}`,
            "x-ms-copy-source-authorization": `${scheme}${secret()}`,
        };
        await raw(golden, "/images/a", { headers, key: null });
        expect(logged().headers).toMatchObject({ authorization: expected, "x-ms-copy-source-authorization": expected });
    });

    test.each([
        ["https://example.com/a?sp=r&sig=*", "https://example.com/a?sp=r&sig=REDACTED"],
        ["https://example.com/a?SIG=*&snapshot=1", "https://example.com/a?SIG=REDACTED&snapshot=1"],
        [
            "https://example.com/a?X-Amz-Signature=*&X-Amz-Date=1",
            "https://example.com/a?X-Amz-Signature=REDACTED&X-Amz-Date=REDACTED",
        ],
        ["https://example.com/a?token=*#fragment=*", "https://example.com/a?token=REDACTED"],
        ["https://example.com/a?*", "https://example.com/a?REDACTED"],
        ["https://user:*@example.com/a", "https://REDACTED@example.com/a"],
    ])("keep %s as %s", async (source, expected) => {
        const headers = { "x-ms-copy-source": source.replaceAll("*", secret()) };
        await raw(golden, "/images/a", { method: "PUT", headers });
        expect(logged().headers["x-ms-copy-source"]).toBe(expected);
    });

    test("keep what the REST reference knows, and metadata", async () => {
        const headers = {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-lease-id": "7fb7b7a0-0000-4000-8000-000000000000",
            "x-ms-tags": "a=b",
            "x-ms-meta-owner": "ann",
            "if-none-match": "*",
            "content-type": "text/plain",
        };
        await raw(golden, "/images/a", { method: "PUT", headers });
        expect(logged().headers).toMatchObject(headers);
    });
});
