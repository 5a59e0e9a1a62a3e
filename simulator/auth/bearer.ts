import { decode, type JwtPayload, verify } from "jsonwebtoken";
import { systemClock } from "../clock";
import type { EntraId } from "../entra/entraId";
import type { Principal } from "../entra/principals";
import { issuerOf } from "../entra/tokens";
import type { StorageService } from "../http/address";
import { type StorageError, storageError } from "../http/errors";
import type { Account } from "../state/account";
import { authenticationFailed } from "./sharedKey";

/** From this version on, bearer tokens are taken at all. */
const BEARER_VERSION = "2017-11-09";
/** From this version on, a missing or wrong token is answered with a challenge that names the tenant. */
const CHALLENGE_VERSION = "2019-12-12";

const CHALLENGE_MESSAGE =
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.";

/** What a token is presented for. */
export interface BearerContext {
    readonly entra: EntraId;
    readonly account: Account;
    readonly service: StorageService;
    readonly version: string;
    readonly secure: boolean;
}

/** Whom a token of the account's tenant is issued to; throws 400, 401 or 403 for any other. */
export function verifyBearer(context: BearerContext, authorization: string): Principal {
    const token = /^bearer ([^\s]+)$/i.exec(authorization)?.[1];
    if (token === undefined) {
        throw storageError("InvalidAuthenticationInfo");
    }
    if (context.version < BEARER_VERSION) {
        throw authenticationFailed("Authentication scheme Bearer is not supported in this version.");
    }
    if (!context.secure) {
        throw authenticationFailed("Authentication scheme Bearer is not allowed with HTTP.");
    }
    const claims = decode(token);
    if (claims === null || typeof claims === "string") {
        throw invalidToken(context, "Authentication scheme Bearer is not supported.");
    }
    checkClaims(context, claims);
    try {
        verify(token, context.entra.tokens.publicKey, { algorithms: ["RS256"], ignoreExpiration: true });
    } catch {
        throw invalidToken(context, "Signature validation failed. Signature did not match.");
    }
    return { tenantId: claims.tid, clientId: claims.appid, objectId: claims.oid };
}

/** Whom it is for, who issued it, and when. */
function checkClaims(context: BearerContext, claims: JwtPayload): void {
    const { account, service } = context;
    const own = `https://${account.name}.${service}.core.windows.net`;
    const audiences = ["https://storage.azure.com", own, STORAGE_ID];
    if (!audiences.includes(String(claims.aud).replace(/\/$/, ""))) {
        throw invalidToken(context, "Audience validation failed. Audience did not match.");
    }
    if (claims.iss !== issuerOf(account.tenantId)) {
        throw invalidToken(context, "Issuer validation failed. Issuer did not match.");
    }
    const now = systemClock.now() / 1000;
    if (!(now < claims.exp!)) {
        throw invalidToken(context, "Lifetime validation failed. The token is expired.");
    }
    if (!(now >= claims.nbf!)) {
        throw invalidToken(context, "Lifetime validation failed. The token is not yet valid.");
    }
}

/** The ID of the application that Azure Storage is. */
const STORAGE_ID = "e406a681-f3d4-42a8-90b6-c2b029497af1";

/** A token that isn't good: 401 with a challenge, 403 in older versions. */
function invalidToken(context: BearerContext, detail: string): StorageError {
    if (context.version < CHALLENGE_VERSION) {
        return authenticationFailed(detail);
    }
    return storageError("InvalidAuthenticationInfo", {
        status: 401,
        message: CHALLENGE_MESSAGE,
        elements: { AuthenticationErrorDetail: detail },
        headers: challenge(context),
    });
}

/** How a request without any authorization is refused: 401 by newer versions, 404 or 409 by older ones. */
export function missingToken(context: Omit<BearerContext, "secure">): StorageError {
    if (context.version >= CHALLENGE_VERSION) {
        return storageError("NoAuthenticationInformation", { headers: challenge(context) });
    }
    return storageError(context.account.allowBlobPublicAccess ? "ResourceNotFound" : "PublicAccessNotPermitted");
}

/** Says whose tokens the account takes. */
function challenge({ entra, account }: Pick<BearerContext, "entra" | "account">): Record<string, string> {
    const authority = `${entra.authorityHost}/${account.tenantId}/oauth2/authorize`;
    return { "WWW-Authenticate": `Bearer authorization_uri=${authority} resource_id=https://storage.azure.com` };
}
