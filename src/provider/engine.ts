// The Pulumi engine, as the process of a dynamic provider reaches it.

import { createRequire } from "node:module";
import { createConnection } from "node:net";

/** How much a line in the engine's log matters. */
export type Severity = "info" | "warning";

/** The engine's end of a dynamic provider. */
export interface Engine {
    /**
     * Shows a line with a resource.
     * @param ephemeral on the resource's own line, until the next one takes its place
     */
    log(severity: Severity, message: string, urn: string | undefined, ephemeral: boolean): void;
    /** Aborted once the engine is gone. Nothing tells its providers: they would go on, beside those of the next run. */
    readonly gone: AbortSignal;
}

interface EngineClient {
    log(request: unknown, callback: (error: unknown) => void): void;
}

const checkEveryMilliseconds = 1_000;

/** The address of the engine is the last argument of a dynamic provider's process. */
export function engineAddress(argv: readonly string[] = process.argv): string | undefined {
    const last = argv.at(-1);
    return last && /^[^\s/]+:\d+$/.test(last) ? last : undefined;
}

/** Connects to the engine that started this process; without one (in a test), lines go nowhere. */
export function connectEngine(address = engineAddress()): Engine {
    const gone = new AbortController();
    if (!address) {
        return { log: () => {}, gone: gone.signal };
    }
    const client = openClient(address);
    watch(address, gone);
    return {
        gone: gone.signal,
        log(severity, message, urn, ephemeral) {
            const { LogRequest, LogSeverity } = pulumiModule("proto/engine_pb.js");
            const request = new LogRequest();
            request.setSeverity(severity === "info" ? LogSeverity.INFO : LogSeverity.WARNING);
            request.setMessage(message);
            request.setUrn(urn ?? "");
            request.setEphemeral(ephemeral);
            // A line that is lost costs less than a copy that is lost with it.
            client.log(request, () => {});
        },
    };
}

/** The engine's gRPC stubs come with @pulumi/pulumi: the user's own copy, so that both sides are of one version. */
// biome-ignore lint/suspicious/noExplicitAny: the stubs have no type declarations of use here
function pulumiModule(path: string): any {
    return require(`@pulumi/pulumi/${path}`);
}

function openClient(address: string): EngineClient {
    // Credentials are checked by class, so they must come from the gRPC library that the stubs use.
    const ofPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
    const grpc = ofPulumi("@grpc/grpc-js");
    const { EngineClient } = pulumiModule("proto/engine_grpc_pb.js");
    return new EngineClient(address, grpc.credentials.createInsecure());
}

/** Looks once a second whether the engine still listens: no signal and no parent's ID tells it reliably. */
function watch(address: string, gone: AbortController): void {
    const separator = address.lastIndexOf(":");
    const [host, port] = [address.slice(0, separator), Number(address.slice(separator + 1))];
    const timer = setInterval(() => {
        const socket = createConnection({ host, port });
        socket.setTimeout(checkEveryMilliseconds, () => socket.destroy());
        socket.once("connect", () => socket.destroy());
        socket.once("error", (error: NodeJS.ErrnoException) => {
            if (error.code === "ECONNREFUSED" || error.code === "ECONNRESET") {
                clearInterval(timer);
                gone.abort();
            }
        });
    }, checkEveryMilliseconds);
    timer.unref();
}
