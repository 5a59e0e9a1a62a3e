// Stands before a server that keeps no log of its own, and notes what it is asked for.

import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { findBlobOperation } from "../../simulator/blob/operations";
import { parseAddress, parseQuery } from "../../simulator/http/address";
import { Headers } from "../../simulator/http/request";

/** What was asked for, and the status that it was answered with. */
export interface Answered {
    readonly operation: string;
    readonly status?: number;
}

/** A running proxy. */
export interface RecordingProxy {
    readonly url: string;
    /** What was answered since the last call, in order. */
    answered(): Answered[];
    close(): Promise<void>;
}

/** Hands every request on as it is, the name of the host included, by which signatures and sources go. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
    let answered: Answered[] = [];
    const proxy = createServer((incoming, outgoing) => {
        const { method, url, headers } = incoming;
        const handedOn = request(`${target}${url}`, { method, headers }, (answer) => {
            answered.push({ operation: operationOf(incoming), status: answer.statusCode! });
            outgoing.writeHead(answer.statusCode!, answer.statusMessage, answer.headers);
            answer.pipe(outgoing);
        });
        handedOn.on("error", () => outgoing.destroy());
        incoming.pipe(handedOn);
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    return {
        url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
        answered() {
            const since = answered;
            answered = [];
            return since;
        },
        async close() {
            proxy.close();
            proxy.closeAllConnections();
            await once(proxy, "close");
        },
    };
}

function operationOf({ method, url, rawHeaders }: IncomingMessage): string {
    const [path, query] = url!.split("?") as [string, string?];
    const parameters = parseQuery(query ?? "");
    const headers = new Headers(rawHeaders);
    const address = parseAddress("127.0.0.1", path, parameters, "blob")!;
    return findBlobOperation({ method: method!, address, query: parameters, headers })?.name ?? `${method} ${path}`;
}
