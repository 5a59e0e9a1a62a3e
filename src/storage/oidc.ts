// Tokens of another issuer, such as a CI service, that stand for a service principal's secret.

import { beginningOf } from "./webSource";
import { withinTime } from "./withinTime";

/** A service principal with a token of another issuer: one that is given, or one to be asked for. */
export interface OidcCredential {
    readonly type: "oidc";
    readonly tenantId: string;
    readonly clientId: string;
    /** The token. */
    readonly token?: string;
    /** Where to ask for one, in place of `token`, as GitHub Actions does it. */
    readonly request?: OidcRequest;
}

/** How a CI service is asked for a token. */
export interface OidcRequest {
    readonly url: string;
    /** What authorizes the request. */
    readonly token: string;
    /** Whom the token is for. @default "api://AzureADTokenExchange" */
    readonly audience?: string;
}

const timeoutMilliseconds = 30_000;

/** The token that Microsoft Entra ID exchanges for one of its own. Asked for anew each time: one lasts some minutes. */
export async function oidcToken({ token, request }: OidcCredential): Promise<string> {
    return request ? requestToken(request) : token!;
}

async function requestToken({ url, token, audience }: OidcRequest): Promise<string> {
    const asked = new URL(url);
    asked.searchParams.set("audience", audience ?? "api://AzureADTokenExchange");
    const { status, answer } = await withinTime(timeoutMilliseconds, undefined, async (signal) => {
        const headers = { Accept: "application/json", Authorization: `Bearer ${token}` };
        const response = await fetch(asked, { headers, redirect: "manual", signal });
        return { status: response.status, answer: tokenIn(await beginningOf(response, signal, timeoutMilliseconds)) };
    });
    if (status !== 200 || !answer) {
        throw new Error(
            `${asked.origin}, which was asked for an OIDC token, gave none (status ${status}); let the job ask for one (in GitHub Actions permissions: id-token: write)`,
        );
    }
    return answer;
}

function tokenIn(body: string): string | undefined {
    try {
        return (JSON.parse(body) as { readonly value?: string } | null)?.value;
    } catch {
        return undefined;
    }
}
