// One object behind a server that verifies V4 signed URLs as Google documents them. No emulator that npm installs does: this one is ours.
// https://cloud.google.com/storage/docs/authentication/signatures

import { createHash, createVerify, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GoogleCloudStorageLocation } from "../../src/storage/location";

const clientEmail = "copier@contoso.iam.gserviceaccount.com";

/** A service account with a key of its own. */
export function serviceAccount(): { publicKey: KeyObject; credentials: string } {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const private_key = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    return {
        publicKey,
        credentials: JSON.stringify({ type: "service_account", client_email: clientEmail, private_key }),
    };
}

export interface TestGoogleCloudStorage {
    location(change?: Partial<GoogleCloudStorageLocation>): GoogleCloudStorageLocation;
    /** The key file of the account that may read. */
    readonly credentials: string;
    /** Puts the object, whose generation this makes. */
    put(content: string): string;
    remove(): void;
    /** The URLs that the server was asked for since the last call. */
    reads(): URL[];
    close(): Promise<void>;
}

export async function startGoogleCloudStorage(): Promise<TestGoogleCloudStorage> {
    const { publicKey, credentials } = serviceAccount();
    const generations = new Map<string, { content: string; modified: Date }>();
    const asked: URL[] = [];
    let live: string | undefined;
    let count = 0;

    function answer(request: IncomingMessage, response: ServerResponse): void {
        const url = new URL(request.url!, `http://${request.headers.host}`);
        asked.push(url);
        if (!isSigned(request.method!, url, publicKey)) {
            refuse(response, 403, "SignatureDoesNotMatch", "Access denied.");
            return;
        }
        const generation = url.searchParams.get("generation") ?? live;
        const found = url.pathname === "/backups/2026/orders%20%281%29.bak" && generations.get(generation ?? "");
        if (!found) {
            refuse(response, 404, "NoSuchKey", "The specified key does not exist.");
            return;
        }
        const md5 = createHash("md5").update(found.content);
        const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
        const body = found.content.slice(Number(start ?? 0), end ? Number(end) + 1 : undefined);
        response.writeHead(start === undefined ? 200 : 206, {
            "Content-Length": body.length,
            "Content-Type": "text/plain",
            "Last-Modified": found.modified.toUTCString(),
            ETag: `"${md5.copy().digest("hex")}"`,
            "x-goog-generation": generation,
            "x-goog-hash": `md5=${md5.digest("base64")}`,
            "x-goog-meta-origin": "google",
        });
        response.end(body);
    }

    const server = createServer(answer);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const apiEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
        credentials,
        location: (change = {}) => ({
            bucket: "backups",
            object: "2026/orders (1).bak",
            apiEndpoint,
            credentials,
            ...change,
        }),
        put(content) {
            live = String(1_700_000_000_000_000 + ++count);
            generations.set(live, { content, modified: new Date() });
            return live;
        },
        remove() {
            live = undefined;
        },
        reads: () => asked.splice(0),
        async close() {
            server.closeAllConnections();
            await new Promise((done) => server.close(done));
        },
    };
}

/** Whether a URL carries a signature of this account, for this method and object, that has not expired. */
function isSigned(method: string, url: URL, publicKey: KeyObject): boolean {
    const query = Object.fromEntries(url.searchParams);
    const date = query["X-Goog-Date"] ?? "";
    const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
    const begins = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    const lasts = Number(query["X-Goog-Expires"]) * 1_000;
    if (
        query["X-Goog-Algorithm"] !== "GOOG4-RSA-SHA256" ||
        query["X-Goog-Credential"] !== `${clientEmail}/${scope}` ||
        query["X-Goog-SignedHeaders"] !== "host" ||
        !(lasts <= 7 * 86_400_000 && begins <= Date.now() && Date.now() < begins + lasts)
    ) {
        return false;
    }
    const encode = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
    const canonicalQuery = Object.entries(query)
        .filter(([name]) => name !== "X-Goog-Signature")
        .map(([name, value]) => `${encode(name)}=${encode(value)}`)
        .sort()
        .join("&");
    const canonicalRequest = [
        method,
        url.pathname,
        canonicalQuery,
        `host:${url.hostname}`,
        "",
        "host",
        "UNSIGNED-PAYLOAD",
    ].join("\n");
    const hash = createHash("sha256").update(canonicalRequest).digest("hex");
    return createVerify("RSA-SHA256")
        .update(["GOOG4-RSA-SHA256", date, scope, hash].join("\n"))
        .verify(publicKey, query["X-Goog-Signature"] ?? "", "hex");
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
    response.writeHead(status, { "Content-Type": "application/xml; charset=UTF-8" });
    response.end(
        `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
}
