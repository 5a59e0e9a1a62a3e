import { type JwtPayload, TokenExpiredError, verify } from "jsonwebtoken";
import { EntraError } from "./entraError";
import type { RegisteredServicePrincipal } from "./principals";
import type { TokenIssuer } from "./tokens";

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const FEDERATION_AUDIENCE = "api://AzureADTokenExchange";

/** Finds out what an application proves itself by; throws unless it does. */
export function authenticateClient(
    application: RegisteredServicePrincipal,
    form: URLSearchParams,
    issuer: TokenIssuer,
    audiences: readonly string[],
): "secret" | "certificate" {
    const assertion = form.get("client_assertion");
    if (assertion !== null) {
        if (form.get("client_assertion_type") !== ASSERTION_TYPE) {
            throw missing("client_assertion_type");
        }
        verifyAssertion(application, assertion, issuer, audiences);
        return "certificate";
    }
    const secret = form.get("client_secret");
    if (secret === null) {
        const message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        throw new EntraError(401, "invalid_client", 7000218, message);
    }
    if (application.clientSecret === undefined || secret !== application.clientSecret) {
        const message = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`;
        throw new EntraError(401, "invalid_client", 7000215, message);
    }
    return "secret";
}

/** 400 for a parameter that isn't there. */
export function missing(parameter: string): EntraError {
    const message = `The request body must contain the following parameter: '${parameter}'.`;
    return new EntraError(400, "invalid_request", 900144, message);
}

/** A client assertion is signed by the application's certificate, or comes from an issuer that it trusts. */
function verifyAssertion(
    application: RegisteredServicePrincipal,
    assertion: string,
    issuer: TokenIssuer,
    audiences: readonly string[],
): void {
    const { header, payload } = decodeAssertion(assertion);
    if (header.kid === issuer.keyId) {
        verifySignature(assertion, issuer.publicKey);
        checkFederation(application, payload);
        return;
    }
    const { certificate, clientId } = application;
    if (!certificate || !application.hasThumbprint(header)) {
        const message = `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${header["x5t#S256"] ?? header.x5t ?? ""}']`;
        throw new EntraError(401, "invalid_client", 700027, message);
    }
    verifySignature(assertion, certificate.publicKey);
    if (payload.iss !== clientId || payload.sub !== clientId || !audiences.includes(String(payload.aud))) {
        const message = `Client assertion audience claim does not match Realm issuer, or its issuer and subject aren't the application '${clientId}'.`;
        throw new EntraError(401, "invalid_client", 700023, message);
    }
}

/** What a client assertion's header may say of the key that signs it. */
interface AssertionHeader {
    readonly kid?: string;
    readonly x5t?: string;
    readonly "x5t#S256"?: string;
}

function decodeAssertion(assertion: string): { header: AssertionHeader; payload: JwtPayload } {
    try {
        const [header, payload] = assertion.split(".").map((part) => Buffer.from(part, "base64url").toString("utf8"));
        return { header: JSON.parse(header!), payload: JSON.parse(payload!) };
    } catch {
        const message = "Client assertion is not a well formed JSON Web Token.";
        throw new EntraError(401, "invalid_client", 50027, message);
    }
}

function verifySignature(assertion: string, key: Parameters<typeof verify>[1]): void {
    try {
        verify(assertion, key, { algorithms: ["RS256", "PS256"], clockTolerance: 300 });
    } catch (error) {
        if (error instanceof TokenExpiredError) {
            const message = "Client assertion is not within its valid time range.";
            throw new EntraError(401, "invalid_client", 700024, message);
        }
        throw new EntraError(401, "invalid_client", 700027, "Client assertion failed signature validation.");
    }
}

/** Issuer, subject and audience must be those that the application trusts, in that order. */
function checkFederation({ federatedCredential: trusted }: RegisteredServicePrincipal, claims: JwtPayload): void {
    const { iss, sub } = claims;
    const [aud] = [claims.aud].flat();
    const refuse = (code: number, claim: string, value: string | undefined) => {
        const message = `No matching federated identity record found for presented assertion ${claim} '${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`;
        throw new EntraError(400, "invalid_client", code, message);
    };
    if (iss !== trusted?.issuer) {
        refuse(700211, "issuer", iss);
    }
    if (aud !== (trusted?.audience ?? FEDERATION_AUDIENCE)) {
        refuse(700212, "audience", aud);
    }
    if (sub !== trusted?.subject) {
        refuse(700213, "subject", sub);
    }
}
