import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateBlobSASQueryParameters, type UserDelegationKey } from "@azure/storage-blob";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../simulator";
import { type Azurite, azuriteKey, startAzurite } from "../helpers/azurite";
import { letters } from "../simulator/support/copies";
import { sendSecure } from "../simulator/support/identity";
import { elementText, type RawAnswer } from "../simulator/support/raw";

/** The account that both have. */
const NAME = "compared";

/** Requests by bearer token and by user delegation SAS, to Azurite (`--oauth basic`) and to the simulator, over https. */
let azurite: Azurite;
let simulator: Simulator;
let folder: string;
let token: string;

beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "azurite-identity-"));
    const made = await generate([{ name: "commonName", value: "localhost" }], {
        algorithm: "sha256",
        keyType: "ec",
        extensions: [
            { name: "basicConstraints", cA: true },
            { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
        ],
    });
    const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.private);
    azurite = await startAzurite([NAME], { cert, key });
    simulator = await startSimulator({
        accounts: [{ name: NAME, key: azuriteKey }],
        tls: { cert: made.cert, key: made.private },
    });
    const owner = simulator.entra.addServicePrincipal();
    simulator.account(NAME).assignRole(owner, "Storage Blob Data Owner");
    token = simulator.entra.tokens.issue(owner, "https://storage.azure.com", "secret").token;
});

afterAll(async () => {
    await simulator?.close();
    await azurite?.close();
    rmSync(folder, { recursive: true, force: true });
});

interface Exchange {
    readonly method?: string;
    readonly path?: string;
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    /** @default a good token; `null`: none */
    readonly authorization?: string | null;
}

const endpoints = () => [`${azurite.url}/${NAME}`, simulator.account(NAME).blobEndpoint] as const;

function send(endpoint: string, exchange: Exchange): Promise<RawAnswer> {
    const { method = "GET", path = "/", query, headers, body = "", authorization = `Bearer ${token}` } = exchange;
    return sendSecure(
        simulator,
        `${endpoint}${path}${query ? `?${query}` : ""}`,
        method,
        {
            "x-ms-version": "2025-01-05",
            ...(authorization === null ? {} : { authorization }),
            ...(method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) }),
            ...headers,
        },
        body,
    );
}

const seen = (answer: RawAnswer) => `${answer.status} ${answer.headers["x-ms-error-code"] ?? ""}`.trim();

/** What both answer, Azurite first. */
async function ask(exchange: Exchange): Promise<[string, string]> {
    const [theirs, ours] = await Promise.all(endpoints().map((endpoint) => send(endpoint, exchange)));
    return [seen(theirs!), seen(ours!)];
}

test("operations by an owner's token are answered alike", async () => {
    const blob = { path: "/images/a" };
    const create = { ...blob, method: "PUT", headers: { "x-ms-blob-type": "BlockBlob" }, body: "hello" };
    const put = (query: string, headers = {}) => ({ ...blob, method: "PUT", query, headers });
    const id = Buffer.from("1").toString("base64");
    const exchanges: Exchange[] = [
        { query: "comp=list" },
        { method: "PUT", path: "/images", query: "restype=container" },
        { method: "PUT", path: "/images", query: "restype=container" },
        { path: "/images", query: "restype=container" },
        { path: "/images", query: "restype=container&comp=list" },
        create,
        blob,
        { path: "/images/none" },
        put("comp=metadata", { "x-ms-meta-a": "b" }),
        put("comp=properties", { "x-ms-blob-content-type": "text/plain" }),
        { ...put("comp=tags", { "content-type": "application/xml" }), body: "<Tags><TagSet /></Tags>" },
        { ...blob, query: "comp=tags" },
        put("comp=tier", { "x-ms-access-tier": "Cool" }),
        put("comp=snapshot"),
        put("comp=lease", { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "15" }),
        put("comp=lease", { "x-ms-lease-action": "break", "x-ms-lease-break-period": "0" }),
        { ...put(`comp=block&blockid=${encodeURIComponent(id)}`), body: "x" },
        { ...put("comp=blocklist"), body: `<BlockList><Latest>${id}</Latest></BlockList>` },
        { ...blob, query: "comp=blocklist&blocklisttype=all" },
        { ...blob, method: "DELETE", headers: { "x-ms-delete-snapshots": "include" } },
        { query: "comp=properties&restype=account" },
        { method: "DELETE", path: "/images", query: "restype=container" },
    ];
    const different: Record<string, [string, string]> = {};
    for (const exchange of exchanges) {
        const [theirs, ours] = await ask(exchange);
        if (theirs !== ours) {
            different[`${exchange.method ?? "GET"} ${exchange.path ?? "/"} ${exchange.query ?? ""}`.trim()] = [
                theirs,
                ours,
            ];
        }
    }
    expect(different).toEqual({
        // Azurite asks for no roles; that of the REST reference is getInfo/action, which no role for blobs has.
        "GET / comp=properties&restype=account": ["200", "403 AuthorizationPermissionMismatch"],
    });
});

describe("tokens that aren't good", () => {
    // Recorded by the Azure SDK for JavaScript: 401 with a challenge, from version 2019-12-12 on. Azurite answers as older versions.
    const invalid = ["403 AuthenticationFailed", "401 InvalidAuthenticationInfo"];
    const now = Math.floor(Date.now() / 1000);
    const changed = (claims: object) => {
        const payload = JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString());
        return {
            query: "comp=list",
            authorization: `Bearer ${simulator.entra.tokens.sign({ ...payload, ...claims })}`,
        };
    };

    test.each([
        ["expired", { exp: now - 60 }],
        ["early", { nbf: now + 60 }],
        ["for another audience", { aud: "https://management.azure.com" }],
        ["of another issuer", { iss: "https://example.com/" }],
    ])("%s: refused, as the service does", async (_, claims) => {
        expect(await ask(changed(claims))).toEqual(invalid);
        const old = { ...changed(claims), headers: { "x-ms-version": "2019-07-07" } };
        expect(await ask(old)).toEqual(["403 AuthenticationFailed", "403 AuthenticationFailed"]);
    });
});

describe("user delegation", () => {
    const iso = (milliseconds: number) => `${new Date(Date.now() + milliseconds).toISOString().slice(0, 19)}Z`;
    const HOUR = 3600_000;
    const info = (start: string | undefined, expiry: string | undefined): Exchange => ({
        method: "POST",
        query: "restype=service&comp=userdelegationkey",
        headers: { "content-type": "application/xml" },
        body: `<KeyInfo>${start ? `<Start>${start}</Start>` : ""}${expiry ? `<Expiry>${expiry}</Expiry>` : ""}</KeyInfo>`,
    });

    async function keyOf(endpoint: string): Promise<UserDelegationKey> {
        const answer = await send(endpoint, info(iso(-HOUR), iso(HOUR)));
        const text = (name: string) => elementText(answer, name)!;
        return {
            signedObjectId: text("SignedOid"),
            signedTenantId: text("SignedTid"),
            signedStartsOn: new Date(text("SignedStart")),
            signedExpiresOn: new Date(text("SignedExpiry")),
            signedService: text("SignedService"),
            signedVersion: text("SignedVersion"),
            value: text("Value"),
        } as UserDelegationKey;
    }

    test("keys have the same fields", async () => {
        const [theirs, ours] = await Promise.all(endpoints().map(keyOf));
        // The service was recorded to tell the request's version, Azurite tells its own latest.
        expect(ours).toEqual({ ...theirs, signedVersion: "2025-01-05", value: expect.any(String) });
        expect(Buffer.from(ours!.value, "base64")).toHaveLength(Buffer.from(theirs!.value, "base64").length);
    });

    test("SAS of every version open the same", async () => {
        const differing: string[] = [];
        for (const endpoint of endpoints()) {
            await send(endpoint, { method: "PUT", path: "/delegated", query: "restype=container" });
            const headers = { "x-ms-blob-type": "BlockBlob" };
            await send(endpoint, { method: "PUT", path: "/delegated/a", headers, body: "hello" });
        }
        for (const version of ["2018-11-09", "2020-02-10", "2020-12-06", "2025-01-05", "2025-07-05"]) {
            for (const [permissions, method, query] of [
                ["r", "GET", ""],
                ["w", "GET", ""],
                ["w", "PUT", "comp=metadata&"],
                ["r", "PUT", "comp=metadata&"],
                ["d", "DELETE", "snapshot=2020-01-01T00:00:00.0000000Z&"],
            ] as const) {
                const answers = await Promise.all(
                    endpoints().map(async (endpoint) => {
                        const sas = generateBlobSASQueryParameters(
                            {
                                version,
                                containerName: "delegated",
                                blobName: "a",
                                permissions: letters(permissions),
                                expiresOn: new Date(Date.now() + HOUR / 2),
                            },
                            await keyOf(endpoint),
                            NAME,
                        );
                        const exchange = { path: "/delegated/a", method, query: `${query}${sas}`, authorization: null };
                        return seen(await send(endpoint, exchange));
                    }),
                );
                if (answers[0] !== answers[1]) {
                    differing.push(`${version} ${permissions} ${method}: ${answers.join(" / ")}`);
                }
            }
        }
        expect(differing).toEqual([]);
    });
});
