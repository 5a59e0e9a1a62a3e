import { generateKeyPairSync, sign } from "node:crypto";
import tls from "node:tls";

/** A certificate for 127.0.0.1, localhost and other hosts, signed by itself, and its key; both in PEM. */
export function selfSigned(hosts: readonly string[] = []): { cert: string; key: string } {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const algorithm = sequence(oid("2a8648ce3d040302"));
    const name = sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from("localhost")))));
    const hostNames = ["localhost", ...hosts].map((host) => der(0x82, Buffer.from(host)));
    const names = sequence(...hostNames, der(0x87, Buffer.from([127, 0, 0, 1])));
    const extension = sequence(oid("551d11"), der(0x04, names));
    const certificate = sequence(
        der(0xa0, der(0x02, Buffer.from([2]))),
        der(0x02, Buffer.from([1])),
        algorithm,
        name,
        sequence(time("20200101000000Z"), time("21200101000000Z")),
        name,
        publicKey.export({ type: "spki", format: "der" }),
        der(0xa3, sequence(extension)),
    );
    const signature = sign("sha256", certificate, privateKey);
    const signed = sequence(certificate, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
    const lines = signed.toString("base64").replace(/.{64}/g, "$&\n");
    return {
        cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
        key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    };
}

/** Hosts of clouds and of custom domains, whose names a test may have looked up to this machine. */
const servedHosts = [
    "*.blob.core.windows.net",
    "*.blob.core.usgovcloudapi.net",
    "*.blob.core.chinacloudapi.cn",
    "*.contoso.example",
    "*.blob.local.azurestack.external",
    "*.file.local.azurestack.external",
    // Those that only look like a cloud's.
    "*.blob.core.anything.example",
    "*.file.core.anything.example",
    "*.blob.core.windows.net.anything.example",
    "*.file.core.windows.net.anything.example",
    "*.file.localhost",
];

let trust: ReturnType<typeof selfSigned> | undefined;

/** Such a certificate, the same for all, which every client of this process trusts. Other processes do by NODE_EXTRA_CA_CERTS. */
export function trusted(): ReturnType<typeof selfSigned> {
    if (!trust) {
        const made = selfSigned(servedHosts);
        const createSecureContext = tls.createSecureContext;
        // The Azure SDK makes its agents itself, and this version of Node.js reads NODE_EXTRA_CA_CERTS only when it starts.
        tls.createSecureContext = (options) => {
            const secure = createSecureContext(options);
            secure.context.addCACert(made.cert);
            return secure;
        };
        trust = made;
    }
    return trust;
}

function der(tag: number, content: Buffer): Buffer {
    const { length } = content;
    const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
    return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
    return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
    return der(0x06, Buffer.from(hex, "hex"));
}

function time(text: string): Buffer {
    return der(0x18, Buffer.from(text));
}
