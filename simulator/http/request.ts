import type { Identity } from "../auth/identity";
import type { Service } from "../service";
import type { Account } from "../state/account";
import type { Address, Query } from "./address";
import type { Answer } from "./answer";
import { invalidHeader, missingHeader } from "./errors";

/** One request to the service, as the operations see it. */
export interface StorageRequest {
    readonly service: Service;
    readonly method: string;
    /** The path as it was sent, percent-encoded, from the slash on. */
    readonly path: string;
    readonly query: Query;
    readonly headers: Headers;
    readonly address: Address;
    readonly account: Account;
    /** The version of the service that answers: x-ms-version, or a SAS's sv. */
    readonly version: string;
    /** Whether it came by https. */
    readonly secure: boolean;
    readonly clientIp: string;
    /** The URL of this server as the client wrote it: `http://127.0.0.1:10000`. */
    readonly origin: string;
    /** Who asks; set once the request is authorized. */
    identity: Identity;
    /** The body, still unread. */
    readonly body: AsyncIterable<Buffer>;
    /** Carries out a request that came inside this one, whatever it is, and gives what it is answered. */
    readonly dispatch: (inner: InnerRequest) => Promise<Answer>;
}

/** One request of a batch. */
export interface InnerRequest {
    readonly method: string;
    /** Path and query. */
    readonly url: string;
    /** Names and values by turns, as they were sent. */
    readonly rawHeaders: readonly string[];
    /** The operations it may mean; another one is 400 InvalidInput. */
    readonly allowed: readonly string[];
}

/** Request headers: names in lower case. */
export class Headers {
    /** Metadata in the spelling it was sent in. */
    readonly metadata: Readonly<Record<string, string>>;
    private readonly values: ReadonlyMap<string, string>;

    constructor(raw: readonly string[]) {
        const values = new Map<string, string>();
        const metadata: Record<string, string> = {};
        for (let i = 0; i < raw.length; i += 2) {
            const name = raw[i]!.toLowerCase();
            const value = raw[i + 1]!;
            const old = values.get(name);
            values.set(name, old === undefined ? value : `${old},${value}`);
            if (name.startsWith("x-ms-meta-")) {
                metadata[raw[i]!.slice("x-ms-meta-".length)] = values.get(name)!;
            }
        }
        this.values = values;
        this.metadata = metadata;
    }

    /** The header's value, or undefined. */
    get(name: string): string | undefined {
        return this.values.get(name);
    }

    /** Whether the header was sent. */
    has(name: string): boolean {
        return this.values.has(name);
    }

    /** The header's value; 400 MissingRequiredHeader without one. */
    required(name: string): string {
        const value = this.values.get(name);
        if (value === undefined || value === "") {
            throw missingHeader(name);
        }
        return value;
    }

    /** The header as a whole number; 400 InvalidHeaderValue if it is none. */
    integer(name: string): number | undefined {
        const value = this.values.get(name);
        if (value === undefined || value === "") {
            return undefined;
        }
        const number = Number(value);
        if (!/^-?\d+$/.test(value.trim()) || !Number.isSafeInteger(number)) {
            throw invalidHeader(name, value);
        }
        return number;
    }

    /** The header as true or false; 400 InvalidHeaderValue if it is neither. */
    boolean(name: string): boolean | undefined {
        const value = this.values.get(name);
        if (value === undefined || value === "") {
            return undefined;
        }
        const text = value.trim().toLowerCase();
        if (text !== "true" && text !== "false") {
            throw invalidHeader(name, value);
        }
        return text === "true";
    }

    /** The header as an RFC 1123 date in milliseconds; 400 InvalidHeaderValue if it is none. */
    date(name: string): number | undefined {
        const value = this.values.get(name);
        if (value === undefined || value === "") {
            return undefined;
        }
        const time = Date.parse(value);
        if (Number.isNaN(time)) {
            throw invalidHeader(name, value);
        }
        return time;
    }

    /** All names and values. */
    entries(): IterableIterator<[string, string]> {
        return this.values.entries();
    }
}
