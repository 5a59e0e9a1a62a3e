/** One request that the simulator answered, or let die. */
export interface LoggedRequest {
    /** When it arrived, by the simulator's clock. */
    readonly time: Date;
    readonly method: string;
    /** The operation by its name in the REST reference, such as `Copy Blob`; `Token` and the like of Microsoft Entra ID. */
    readonly operation: string;
    readonly account: string;
    readonly container?: string;
    readonly blob?: string;
    readonly share?: string;
    /** The file's or directory's path in its share. */
    readonly path?: string;
    /** The query string; of parameters that aren't known to be harmless, such as a signature, the name alone. */
    readonly query: string;
    /** The headers, names in lower case; of those that aren't known to be harmless, such as a cookie, the name alone. */
    readonly headers: Readonly<Record<string, string>>;
    /** The status answered; undefined while it is under way, or if the connection was reset. */
    status?: number;
    /** The error code answered. */
    errorCode?: string;
    /** Bytes of the request's body. */
    bytesIn: number;
    /** Bytes of the answer's body. */
    bytesOut: number;
}

/** The latest requests, in the order they arrived. */
export class RequestLog implements Iterable<LoggedRequest> {
    private requests: LoggedRequest[] = [];

    /** @param limit how many are kept */
    constructor(private readonly limit: number) {}

    /** Notes a request; the oldest ones go when there are too many. */
    add(request: LoggedRequest): void {
        this.requests.push(request);
        if (this.requests.length > 2 * this.limit) {
            this.requests = this.requests.slice(-this.limit);
        }
    }

    /** All that are kept, oldest first. */
    all(): readonly LoggedRequest[] {
        return this.limit === 0 ? [] : this.requests.slice(-this.limit);
    }

    /** Those of one operation, such as `Copy Blob`. */
    of(operation: string): readonly LoggedRequest[] {
        return this.all().filter((request) => request.operation === operation);
    }

    /** How many there are, of one operation or of all. */
    count(operation?: string): number {
        return (operation === undefined ? this.all() : this.of(operation)).length;
    }

    /** Forgets all. */
    clear(): void {
        this.requests = [];
    }

    [Symbol.iterator](): Iterator<LoggedRequest> {
        return this.all()[Symbol.iterator]();
    }
}
