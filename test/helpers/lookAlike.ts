// Servers of somebody else's, under hosts that look like those of storage accounts, and what they get to see.

import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { trusted } from "../simulator/support/certificate";

export interface LookAlike {
    readonly port: number;
    /** What was sent to it. */
    readonly requests: readonly Pick<IncomingMessage, "method" | "url" | "headers">[];
    /** The headers by which something was authorized, in all requests. */
    authorizations(): string[];
}

/** How it answers; nothing where it leaves that to the default, which asks for a token for Azure Storage. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A tenant that nobody in the tests has anything to do with. */
export const hostileTenant = "c0ffee00-5eed-4b10-b5c0-0000000000ff";

/** Refuses with a challenge, as a storage account does: for a resource, by a tenant of an authority. */
export const challenge =
    (resource = "https://storage.azure.com", authority = "https://login.microsoftonline.com"): Answer =>
    (_, response) => {
        response.writeHead(401, {
            "x-ms-error-code": "NoAuthenticationInformation",
            "www-authenticate": `Bearer authorization_uri=${authority}/${hostileTenant}/oauth2/authorize resource_id=${resource}`,
        });
        response.end();
    };

/** Listens on this machine, over https with a certificate that is trusted here, until the test ends. */
export async function startLookAlike(answer: Answer = challenge()): Promise<LookAlike> {
    const requests: Pick<IncomingMessage, "method" | "url" | "headers">[] = [];
    const server = createServer(trusted(), (request, response) => {
        const { method, url, headers } = request;
        requests.push({ method, url, headers });
        request.resume();
        answer(request, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
        server.close();
        server.closeAllConnections();
    });
    const carriers = ["authorization", "x-ms-copy-source-authorization"];
    return {
        port: (server.address() as AddressInfo).port,
        requests,
        authorizations: () =>
            requests.flatMap(({ headers }) => carriers.flatMap((name) => (headers[name] as string | undefined) ?? [])),
    };
}
