import type { Answer } from "./answer";
import type { StorageRequest } from "./request";

/** Who may carry out an operation, other than by an account key. */
export interface Access {
    /** The resource type that an account SAS must cover: service, container (or share), object. */
    readonly level: "s" | "c" | "o";
    /** The permissions a SAS must grant: one letter of every entry. `*` is any SAS. */
    readonly sas: readonly string[] | ((request: StorageRequest) => readonly string[]);
    /** Whether a service SAS will do. @default true */
    readonly serviceSas?: false;
    /** Whether nothing but a bearer token will do. @default false */
    readonly bearerOnly?: true;
    /** Whether anyone may, if the container is public at this level. */
    readonly publicAccess?: "blob" | "container";
}

/** What an operation is about. */
export type Resource = "service" | "container" | "blob" | "share" | "directory" | "file" | "any";

/** An operation of the REST reference: which requests are meant by it, who may make them, and what it does. */
export interface Operation {
    /** Its name in the REST reference. */
    readonly name: string;
    readonly methods: readonly string[];
    readonly resource: Resource;
    /** The comp parameter. */
    readonly comp?: string;
    /** The restype parameter, where it isn't the resource's own. */
    readonly restype?: string;
    /** A header, not an empty one, that tells it from another operation with the same method and URL. */
    readonly header?: string;
    /** The header's value, if one value alone is meant. */
    readonly headerValue?: string;
    readonly access: Access;
    /** Carries it out; an operation without isn't simulated. */
    readonly run?: (request: StorageRequest) => Answer | Promise<Answer>;
}

/** What tells the operation of a request. */
export type RequestLine = Pick<StorageRequest, "method" | "address" | "query" | "headers">;

/** What tells an operation from others of the same method and resource. */
export type Row = Omit<Operation, "methods" | "resource" | "name" | "access" | "run">;

/** One line of a service's table of operations. */
export function operation(
    name: string,
    methods: string,
    resource: Resource,
    row: Row,
    access: Access,
    run?: Operation["run"],
): Operation {
    return { name, methods: methods.split(" "), resource, ...row, access, run };
}

/** The first operation of a table that a request for such a resource fits. */
export function matchOperation(
    operations: readonly Operation[],
    request: RequestLine,
    resource: Resource | undefined,
): Operation | undefined {
    const comp = request.query.get("comp")?.toLowerCase() || undefined;
    const restype = restypeOf(request);
    return operations.find(
        (each) =>
            (each.resource === resource || each.resource === "any") &&
            each.methods.includes(request.method) &&
            each.comp === comp &&
            (each.restype === undefined || each.restype === restype) &&
            (each.header === undefined || headerFits(request, each)),
    );
}

/** The restype parameter in lower case, if there is one. */
export function restypeOf(request: RequestLine): string | undefined {
    return request.query.get("restype")?.toLowerCase() || undefined;
}

function headerFits(request: RequestLine, { header, headerValue }: Operation): boolean {
    return header!.split("+").every((name) => {
        const value = request.headers.get(name);
        return headerValue === undefined ? !!value : value?.toLowerCase() === headerValue;
    });
}
