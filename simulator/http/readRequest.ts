import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Service } from "../service";
import {
    type Address,
    checkBlobName,
    checkContainerName,
    checkFilePath,
    checkShareName,
    parseAddress,
    parseQuery,
    type StorageService,
} from "./address";
import type { Answer } from "./answer";
import { storageError } from "./errors";
import { Headers, type InnerRequest, type StorageRequest } from "./request";
import { readVersion } from "./version";

/** Carries out the operation that a request means, if it is one of those allowed, or any. */
export type Run = (request: StorageRequest, allowed?: readonly string[]) => Promise<Answer>;

/** What a request is made of. */
interface Parts {
    readonly service: Service;
    readonly method: string;
    readonly url: string;
    readonly rawHeaders: readonly string[];
    readonly host: string;
    /** The service of the port that it came to. */
    readonly listener: StorageService;
    /** @default what the headers and the query say */
    readonly version?: string;
    readonly secure: boolean;
    readonly clientIp: string;
    readonly body: AsyncIterable<Buffer>;
    readonly run: Run;
}

/** A request as it came over the wire; throws if it can't be one to this simulator. */
export function readRequest(
    service: Service,
    message: IncomingMessage,
    listener: StorageService,
    secure: boolean,
    run: Run,
): StorageRequest {
    return makeRequest({
        service,
        listener,
        method: message.method ?? "GET",
        url: message.url ?? "/",
        rawHeaders: message.rawHeaders,
        host: message.headers.host ?? "",
        secure,
        clientIp: message.socket.remoteAddress ?? "",
        body: message,
        run,
    });
}

function makeRequest(parts: Parts): StorageRequest {
    const { service, url, host, secure } = parts;
    const headers = new Headers(parts.rawHeaders);
    const question = url.indexOf("?");
    const path = question < 0 ? url : url.slice(0, question);
    const query = parseQuery(question < 0 ? "" : url.slice(question + 1));
    const address = parseAddress(host.replace(/:\d+$/, ""), path, query, parts.listener);
    const account = address && service.accounts.get(address.account);
    if (!address || !account) {
        throw storageError("InvalidUri", { message: `There is no simulated account named in "${host}${path}".` });
    }
    checkNames(address);
    const version = parts.version ?? readVersion(headers, query);
    return {
        service,
        method: parts.method,
        path,
        query,
        headers,
        address,
        account,
        version,
        secure,
        clientIp: parts.clientIp,
        origin: `${secure ? "https" : "http"}://${host}`,
        identity: { kind: "anonymous" },
        body: parts.body,
        dispatch: async (inner: InnerRequest) => {
            const { method, url: innerUrl, rawHeaders, allowed } = inner;
            const body = Readable.from([]);
            return parts.run(makeRequest({ ...parts, method, url: innerUrl, rawHeaders, version, body }), allowed);
        },
    };
}

function checkNames({ container, blob, share, path }: Address): void {
    if (container !== undefined) {
        checkContainerName(container);
    }
    if (blob !== undefined) {
        checkBlobName(blob);
    }
    if (share !== undefined) {
        checkShareName(share);
    }
    if (path !== undefined) {
        checkFilePath(path);
    }
}
