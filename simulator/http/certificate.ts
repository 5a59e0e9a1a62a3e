import type { Tls } from "./server";

/** How long a certificate lasts that is made at start. */
const DAYS = 30;

/**
 * A certificate for this machine's names, signed by itself, so that it is at once the CA certificate that a client must trust.
 * Throws if the package `selfsigned` isn't installed.
 */
export async function makeCertificate(host: string): Promise<Tls & { readonly cert: string }> {
    const { generate } = await loadSelfsigned();
    const isAddress = /^[\d.]+$|:/.test(host);
    const names = new Set(["localhost", "*.blob.localhost", ...(isAddress ? [] : [host])]);
    const addresses = new Set([
        "127.0.0.1",
        "::1",
        ...(isAddress && host !== "0.0.0.0" && host !== "::" ? [host] : []),
    ]);
    const made = await generate([{ name: "commonName", value: "azure-copy-simulator" }], {
        keyType: "ec",
        algorithm: "sha256",
        // A client's clock may be somewhat behind.
        notBeforeDate: new Date(Date.now() - 3600_000),
        notAfterDate: new Date(Date.now() + DAYS * 24 * 3600_000),
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            {
                name: "subjectAltName",
                altNames: [
                    ...[...names].map((value) => ({ type: 2 as const, value })),
                    ...[...addresses].map((ip) => ({ type: 7 as const, ip })),
                ],
            },
        ],
    });
    return { cert: made.cert, key: made.private };
}

async function loadSelfsigned(): Promise<typeof import("selfsigned")> {
    try {
        return await import("selfsigned");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") {
            throw error;
        }
        throw new Error(
            "tls: true makes a certificate with the package selfsigned, which isn't installed: npm install --save-dev selfsigned, or give tls a certificate and its key",
        );
    }
}
