import { createHash, randomBytes, randomUUID, X509Certificate } from "node:crypto";

/** The tenant of accounts and principals that name none. */
export const DEFAULT_TENANT_ID = "c0ffee00-5eed-4b10-b5c0-000000000001";

/** Who a token is issued to: a service principal or a managed identity. */
export interface Principal {
    readonly tenantId: string;
    /** The application (client) ID. */
    readonly clientId: string;
    /** The object ID: what roles are assigned to. */
    readonly objectId: string;
}

/** An application whose tokens of another issuer stand for its secret: workload identity federation. */
export interface FederatedCredential {
    /** The issuer of the other tokens: `https://token.actions.githubusercontent.com`. */
    readonly issuer: string;
    /** Whom they are issued to: `system:serviceaccount:default:deployer`. */
    readonly subject: string;
    /** @default "api://AzureADTokenExchange" */
    readonly audience?: string;
}

/** A service principal to be. */
export interface ServicePrincipalOptions {
    /** @default the simulator's own tenant */
    readonly tenantId?: string;
    /** One application may have a service principal in several tenants. @default random */
    readonly clientId?: string;
    /** @default random, unless there is another credential */
    readonly clientSecret?: string;
    /** A certificate in PEM whose key signs client assertions. */
    readonly certificate?: string;
    readonly federatedCredential?: FederatedCredential;
}

/** An application's presence in a tenant, with what it proves itself by. */
export interface ServicePrincipal extends Principal {
    /** Undefined if it proves itself in other ways only. */
    readonly clientSecret: string | undefined;
}

/** A managed identity of this machine to be. */
export interface ManagedIdentityOptions {
    /** @default the simulator's own tenant */
    readonly tenantId?: string;
    /** @default random */
    readonly clientId?: string;
    /** The resource ID of a user-assigned identity. Without one it is the system-assigned identity, of which there is one. */
    readonly resourceId?: string;
}

/** A managed identity of this machine. */
export interface ManagedIdentity extends Principal {
    /** Undefined for the system-assigned one. */
    readonly resourceId: string | undefined;
}

/** A service principal with all that the token endpoint compares. */
export class RegisteredServicePrincipal implements ServicePrincipal {
    readonly tenantId: string;
    readonly clientId: string;
    readonly objectId = randomUUID();
    clientSecret: string | undefined;
    readonly certificate: X509Certificate | undefined;
    readonly federatedCredential: FederatedCredential | undefined;

    constructor(options: ServicePrincipalOptions, defaultTenant: string) {
        const { certificate, federatedCredential } = options;
        this.tenantId = checkGuid("tenantId", options.tenantId ?? defaultTenant);
        this.clientId = checkGuid("clientId", options.clientId ?? randomUUID());
        const secretless = certificate !== undefined || federatedCredential !== undefined;
        this.clientSecret = options.clientSecret ?? (secretless ? undefined : randomSecret());
        this.certificate = certificate === undefined ? undefined : new X509Certificate(certificate);
        this.federatedCredential = federatedCredential;
    }

    /** Whether a JWT's header names the certificate, by its SHA-1 or SHA-256 thumbprint. */
    hasThumbprint(header: { readonly x5t?: string; readonly "x5t#S256"?: string }): boolean {
        const thumbprint = (algorithm: string) =>
            this.certificate && createHash(algorithm).update(this.certificate.raw).digest("base64url");
        // MSAL for Python pads it.
        const named = (value: string | undefined) => value?.replace(/=+$/, "");
        const sha256 = named(header["x5t#S256"]);
        const expected = thumbprint(sha256 === undefined ? "sha1" : "sha256");
        return expected !== undefined && (sha256 ?? named(header.x5t)) === expected;
    }
}

/** A secret as an application gets it. */
export function randomSecret(): string {
    return randomBytes(30).toString("base64url");
}

/** Throws unless a tenant, client or object ID is a GUID; gives it in lower case. */
export function checkGuid(property: string, value: string): string {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) {
        throw new Error(`${property} must be a GUID, got "${value}"`);
    }
    return value.toLowerCase();
}
