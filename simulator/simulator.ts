import { writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { type AccountHandle, createAccountHandle } from "./accountHandle";
import { type Clock, systemClock } from "./clock";
import { CopyRules } from "./copies";
import type { EntraId, EntraIdOptions } from "./entra/entraId";
import { Faults } from "./faults";
import { makeCertificate } from "./http/certificate";
import { listen, portOf, type Tls } from "./http/server";
import { type LoggedRequest, RequestLog } from "./requestLog";
import { Service } from "./service";
import { Account, type AccountOptions } from "./state/account";
import { TemporaryFiles } from "./temporaryFiles";

/** How a simulator is set up. */
export interface SimulatorOptions {
    /** The storage accounts to simulate. */
    readonly accounts: readonly AccountOptions[];
    /**
     * How long a copy from another account or from outside stays pending, in seconds. Its Copy Blob answers `pending`
     * even at 0; the first look at the destination then finds it done. A copy within one account ends at once.
     * @default 0
     */
    readonly copySeconds?: number;
    /** How long rehydration takes, in seconds, by priority. @default Standard: 15 hours, High: 1 hour */
    readonly rehydrateSeconds?: { readonly Standard?: number; readonly High?: number };
    /** The clock that copies, leases, SAS and rehydration go by. @default the machine's */
    readonly clock?: Clock;
    /** @default "127.0.0.1" */
    readonly host?: string;
    /** The port of the Blob service. @default any free port */
    readonly port?: number;
    /** The port of Azure Files. @default any free port */
    readonly filePort?: number;
    /**
     * Serves https instead of http: with this certificate and key in PEM, or, if `true`, with a certificate that is made at start
     * (by the package `selfsigned`, which must be installed).
     */
    readonly tls?: Tls | true;
    /** How Microsoft Entra ID is simulated. */
    readonly entra?: EntraIdOptions;
    /** Whether a line a request is printed to standard error. @default false */
    readonly log?: boolean;
    /** How long every request waits before it is answered, in real milliseconds. @default 0 */
    readonly latencyMs?: number;
    /** What the probabilities of faults and copy rules are drawn from: the same seed, the same faults. @default 1 */
    readonly seed?: number;
    /** How many requests the request log keeps. @default 10000 */
    readonly keepRequests?: number;
}

/** A running simulator. */
export interface Simulator {
    /** The accounts, in the order they were given. */
    readonly accounts: readonly AccountHandle[];
    /** The account of that name; throws if it isn't simulated. */
    account(name: string): AccountHandle;
    /** The Blob service's URL: `http://127.0.0.1:10000`. */
    readonly url: string;
    /** Azure Files' URL, on a port of its own: `http://127.0.0.1:10004`. */
    readonly fileUrl: string;
    /** The clock it goes by. */
    readonly clock: Clock;
    /** Every request, in order. */
    readonly requests: RequestLog;
    /** Faults that requests run into. */
    readonly faults: Faults;
    /** How pending copies go. */
    readonly copies: CopyRules;
    /** The Microsoft Entra ID that the accounts trust: its applications and managed identities. */
    readonly entra: EntraId;
    /** The certificate that clients must trust, in PEM; undefined if http is served. */
    readonly certificate: string | undefined;
    /** A file with that certificate, for NODE_EXTRA_CA_CERTS, until the simulator is closed. */
    readonly certificateFile: string | undefined;
    /** Stops serving, cuts the connections and deletes temporary files. */
    close(): Promise<void>;
}

/** Starts simulated storage accounts on two ports of this machine, one a service. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
    if (options.accounts.length === 0) {
        throw new Error("a simulator needs at least one account");
    }
    const files = new TemporaryFiles();
    const copies = new CopyRules(options.seed);
    const clock = options.clock ?? systemClock;
    const service = new Service(
        clock,
        copies,
        files,
        {
            Standard: options.rehydrateSeconds?.Standard ?? 15 * 3600,
            High: options.rehydrateSeconds?.High ?? 3600,
        },
        options.entra,
    );
    addAccounts(service, options);
    const requests = new RequestLog(options.keepRequests ?? 10_000);
    const faults = new Faults(clock, options.seed, options.latencyMs);
    const host = options.host ?? "127.0.0.1";
    const onAnswered = options.log ? printRequest : undefined;
    const tls = options.tls === true ? await makeCertificate(host) : options.tls;
    const context = { service, requests, faults, onAnswered };
    const blobServer = await listen(context, "blob", host, options.port ?? 0, tls);
    const fileServer = await listen(context, "file", host, options.filePort ?? 0, tls).catch(async (error) => {
        await stop(blobServer);
        throw error;
    });
    service.listening = { host, ports: { blob: portOf(blobServer), file: portOf(fileServer) } };
    const [url, fileUrl] = [blobServer, fileServer].map(
        (server) => `${tls ? "https" : "http"}://${hostInUrl(host)}:${portOf(server)}`,
    ) as [string, string];
    service.entra.listensAt(url);
    const accounts = [...service.accounts.values()].map((account) =>
        createAccountHandle(service, account, { blob: url, file: fileUrl }),
    );
    return {
        accounts,
        account(name) {
            const found = accounts.find((account) => account.name === name);
            if (!found) {
                throw new Error(`no simulated account "${name}", there are: ${accounts.map((a) => a.name).join(", ")}`);
            }
            return found;
        },
        url,
        fileUrl,
        clock,
        requests,
        faults,
        copies,
        entra: service.entra,
        certificate: tls && String(tls.cert),
        certificateFile: tls && writeCertificate(files, tls),
        async close() {
            await Promise.all([stop(blobServer), stop(fileServer)]);
            files.remove();
        },
    };
}

function addAccounts(service: Service, options: SimulatorOptions): void {
    for (const account of options.accounts) {
        if (service.accounts.has(account.name)) {
            throw new Error(`account "${account.name}" is given twice`);
        }
        service.accounts.set(account.name, new Account(account, options.copySeconds ?? 0));
    }
}

/** The host by which a client reaches what listens on it. */
function hostInUrl(host: string): string {
    if (host === "0.0.0.0") {
        return "127.0.0.1";
    }
    return host.includes(":") ? `[${host}]` : host;
}

function writeCertificate(files: TemporaryFiles, { cert }: Tls): string {
    const path = files.next();
    writeFileSync(path, cert);
    return path;
}

function stop(server: Server): Promise<void> {
    return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
    });
}

function printRequest(request: LoggedRequest): void {
    const where = [request.account, request.container ?? request.share, request.blob ?? request.path]
        .filter((part) => part !== undefined)
        .join("/");
    process.stderr.write(`${request.operation} ${where} ${request.status} ${request.errorCode ?? ""}\n`);
}
