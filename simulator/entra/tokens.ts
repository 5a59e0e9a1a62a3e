import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from "node:crypto";
import { sign } from "jsonwebtoken";
import { systemClock } from "../clock";
import type { Principal } from "./principals";

/** How long an application's token lasts, in seconds, as Microsoft Entra ID has it. */
const APPLICATION_SECONDS = 3599;
/** How long a managed identity's token lasts, in seconds. */
const MANAGED_IDENTITY_SECONDS = 86_399;

/** An access token. */
export interface IssuedToken {
    readonly token: string;
    /** The resource that it opens. */
    readonly resource: string;
    /** From when on and until when it is good, in seconds since 1970. */
    readonly notBefore: number;
    readonly expiresOn: number;
    /** How long that is, in seconds. */
    readonly expiresIn: number;
}

/**
 * Issues access tokens. They go by the machine's clock, not the simulator's: a client keeps a token as long as it was told,
 * and its clock isn't turned.
 */
export class TokenIssuer {
    private pair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;
    /** The name of the signing key. */
    readonly keyId = randomBytes(20).toString("base64url");

    /** @param seconds how long every token lasts. @default an hour, and a day for managed identities */
    constructor(private readonly seconds: number | undefined) {}

    /** The public key that tokens are verified by. */
    get publicKey(): KeyObject {
        return this.keys.publicKey;
    }

    /** A token for one of the resources that applications ask for. */
    issue(principal: Principal, resource: string, proof: "secret" | "certificate" | "managed identity"): IssuedToken {
        const { tenantId, clientId, objectId } = principal;
        const usual = proof === "managed identity" ? MANAGED_IDENTITY_SECONDS : APPLICATION_SECONDS;
        const expiresIn = this.seconds ?? usual;
        const notBefore = Math.floor(systemClock.now() / 1000);
        const expiresOn = notBefore + expiresIn;
        const issuer = issuerOf(tenantId);
        const token = this.sign({
            aud: resource,
            iss: issuer,
            iat: notBefore,
            nbf: notBefore,
            exp: expiresOn,
            appid: clientId,
            appidacr: proof === "secret" ? "1" : "2",
            idp: issuer,
            idtyp: "app",
            oid: objectId,
            sub: objectId,
            tid: tenantId,
            uti: randomUUID(),
            ver: "1.0",
        });
        return { token, resource, notBefore, expiresOn, expiresIn };
    }

    /** Any claims, signed with the simulator's key. */
    sign(claims: Readonly<Record<string, string | number>>): string {
        const header = { alg: "RS256", kid: this.keyId, x5t: this.keyId };
        return sign(claims, this.keys.privateKey, { algorithm: "RS256", header });
    }

    /** The public key as a JSON Web Key. */
    jsonWebKey(): Record<string, unknown> {
        const key = this.publicKey.export({ format: "jwk" });
        return { kty: "RSA", use: "sig", kid: this.keyId, x5t: this.keyId, n: key.n, e: key.e };
    }

    /** Made when the first token is: simulators without any needn't wait for it. */
    private get keys() {
        this.pair ??= generateKeyPairSync("rsa", { modulusLength: 2048 });
        return this.pair;
    }
}

/** Who issues the tokens of a tenant, as their `iss` claim says. */
export function issuerOf(tenantId: string): string {
    return `https://sts.windows.net/${tenantId}/`;
}
