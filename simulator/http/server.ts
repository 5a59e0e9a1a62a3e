import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { authorize } from "../auth/authorize";
import { refuseUnsupported } from "../blob/accountSupport";
import { refuseOnIncrementalCopy } from "../blob/incrementalCopy";
import { findBlobOperation } from "../blob/operations";
import { findEntraRequest } from "../entra/routes";
import type { Fault, Faults, Strike } from "../faults";
import { findFileOperation } from "../file/operations";
import { redactHeaders, redactQuery } from "../redact";
import type { LoggedRequest, RequestLog } from "../requestLog";
import type { Service } from "../service";
import type { StorageService } from "./address";
import type { Answer } from "./answer";
import { knownError, StorageError, storageError } from "./errors";
import type { Operation } from "./operation";
import { readRequest } from "./readRequest";
import type { StorageRequest } from "./request";
import { errorAnswer, send } from "./respond";

/** What the server needs from the simulator. */
export interface ServerContext {
    readonly service: Service;
    readonly requests: RequestLog;
    readonly faults: Faults;
    /** Called after each request, if requests are to be printed. */
    readonly onAnswered?: (request: LoggedRequest) => void;
}

/** Certificate and key in PEM, to serve https. */
export interface Tls {
    readonly cert: string | Buffer;
    readonly key: string | Buffer;
}

/** Listens, and answers as the service would: that one of both which the host doesn't name, if it names none. */
export async function listen(
    context: ServerContext,
    service: StorageService,
    host: string,
    port: number,
    tls?: Tls,
): Promise<Server> {
    const handler = (message: IncomingMessage, response: ServerResponse) => {
        // What can't be sent, such as metadata that no header can hold, ends the connection, not the simulator.
        handle(context, service, message, response, tls !== undefined).catch(() => message.socket.destroy());
    };
    const server = tls ? createHttpsServer({ cert: tls.cert, key: tls.key }, handler) : createHttpServer(handler);
    server.keepAliveTimeout = 60_000;
    server.requestTimeout = 0;
    server.listen(port, host);
    await once(server, "listening");
    return server;
}

/** The port that a server got. */
export function portOf(server: Server): number {
    return (server.address() as AddressInfo).port;
}

async function handle(
    context: ServerContext,
    listener: StorageService,
    message: IncomingMessage,
    response: ServerResponse,
    secure: boolean,
): Promise<void> {
    const log: Logged = startLog(context, message);
    let request: StorageRequest | undefined;
    let answer: Answer;
    let struck: Strike | undefined;
    try {
        const entra = listener === "blob" ? findEntraRequest(context.service, message) : undefined;
        request = entra ? undefined : readRequest(context.service, message, listener, secure, run);
        if (request) {
            note(log, request, findOperation(request));
        } else {
            log.operation = entra!.name;
        }
        struck = context.faults.strike(log);
        await carryOut(struck);
        if (struck.fault?.reset || struck.fault?.hang) {
            end(message, struck.fault);
            return;
        }
        answer = request ? await run(request) : await entra!.answer();
    } catch (error) {
        answer = errorAnswer(error, context.service.clock.now(), log.requestId);
    }
    context.faults.transferred(log.account, log.bytesIn);
    if (struck?.fault?.resetAfter || struck?.fault?.hangAfter) {
        end(message, struck.fault);
        return;
    }
    log.status = answer.status;
    log.errorCode = answer.headers?.["x-ms-error-code"] as string | undefined;
    if (!message.complete) {
        message.resume();
    }
    log.bytesOut = await send(response, answer, {
        service: request?.address.service ?? listener,
        method: message.method ?? "GET",
        version: request?.version,
        requestId: log.requestId,
        clientRequestId: message.headers["x-ms-client-request-id"] as string | undefined,
        now: context.service.clock.now(),
        bytesPerSecond: struck?.bytesPerSecond,
    });
    context.faults.transferred(log.account, log.bytesOut);
    context.onAnswered?.(log);
}

/** Leaves a request without an answer: the connection dies, or stays until the client has enough. */
function end(message: IncomingMessage, fault: Fault): void {
    if (fault.reset || fault.resetAfter) {
        message.socket.destroy();
    } else {
        message.resume();
    }
}

type Logged = { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] } & { readonly requestId: string };

function startLog(context: ServerContext, message: IncomingMessage): Logged {
    const url = message.url ?? "/";
    const question = url.indexOf("?");
    const log: Logged = {
        time: new Date(context.service.clock.now()),
        method: message.method ?? "GET",
        operation: "Unknown",
        account: "",
        query: question < 0 ? "" : redactQuery(url.slice(question + 1)),
        headers: {},
        bytesIn: Number(message.headers["content-length"] ?? 0),
        bytesOut: 0,
        requestId: randomUUID(),
    };
    context.requests.add(log);
    return log;
}

function note(log: Logged, request: StorageRequest, operation: Operation | undefined): void {
    log.operation = operation?.name ?? "Unknown";
    log.account = request.account.name;
    log.container = request.address.container;
    log.blob = request.address.blob;
    log.share = request.address.share;
    log.path = request.address.path;
    log.headers = redactHeaders(request.headers.entries());
}

function findOperation(request: StorageRequest): Operation | undefined {
    return request.address.service === "file" ? findFileOperation(request) : findBlobOperation(request);
}

/** Authorizes and carries out the operation that a request means; throws if it may not be, or is another than allowed. */
async function run(request: StorageRequest, allowed?: readonly string[]): Promise<Answer> {
    const operation = findOperation(request);
    if (!operation) {
        throw unknownOperation(request);
    }
    if (allowed && !allowed.includes(operation.name)) {
        throw storageError("InvalidInput");
    }
    request.identity = authorize(request, operation);
    if (!operation.run) {
        throw storageError("NotImplemented", { message: `${operation.name} is not simulated.` });
    }
    refuseUnsupported(request, operation.name);
    refuseOnIncrementalCopy(request, operation.name);
    return operation.run(request);
}

function unknownOperation(request: StorageRequest): StorageError {
    const comp = request.query.get("comp");
    if (comp) {
        return storageError("InvalidQueryParameterValue", {
            elements: { QueryParameterName: "comp", QueryParameterValue: comp, Reason: "" },
        });
    }
    return storageError("UnsupportedHttpVerb");
}

/** Waits as long as the request shall, and throws what it is to be answered in place of its answer. */
async function carryOut({ fault, busy, delayMs, before }: Strike): Promise<void> {
    if (delayMs > 0) {
        await delay(delayMs);
    }
    for (const each of before) {
        await each();
    }
    if (busy) {
        throw storageError("ServerBusy", {
            message: `${busy.what} is over the account limit.`,
            headers: retryAfter(busy.retryAfterSeconds),
        });
    }
    if (!fault || (fault.status === undefined && fault.errorCode === undefined)) {
        return;
    }
    const code = fault.errorCode ?? (fault.status === 503 ? "ServerBusy" : "InternalError");
    const known = knownError(code);
    throw new StorageError(
        fault.status ?? known?.[0] ?? 500,
        code,
        fault.message ?? known?.[1] ?? code,
        {},
        retryAfter(fault.retryAfterSeconds),
    );
}

function retryAfter(seconds: number | undefined): Record<string, string> {
    return seconds === undefined ? {} : { "Retry-After": String(seconds) };
}
