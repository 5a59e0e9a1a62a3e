import type { Cases, Step } from "../case";
import * as r from "../requests";

const yesterday = new Date(Date.now() - 24 * 3600_000).toUTCString();
const tomorrow = new Date(Date.now() + 24 * 3600_000).toUTCString();

/** Containers: created, described, changed, deleted, with their access policies. */
export function containerCases(cases: Cases): void {
    for (const [operation, ask] of Object.entries(OPERATIONS)) {
        cases.container(operation, "after Create Container", (path) => [create(path), ask(path, {})]);
        cases.container(operation, "no such container", (path) => [ask(path, {})]);
        for (const [name, headers] of Object.entries(CONDITIONS)) {
            cases.container(operation, name, (path) => [
                create(path),
                ask(path, headers),
                r.getContainerProperties(path),
            ]);
        }
    }
    cases.container("Create Container", "twice", (path) => [r.createContainer(path), r.createContainer(path)]);
    cases.container("Delete Container", "twice", (path) => [
        r.createContainer(path),
        r.deleteContainer(path),
        r.deleteContainer(path),
    ]);
    for (const [name, path] of Object.entries(NAMES)) {
        cases.container("Create Container", name, () => [r.createContainer(path)]);
    }
    for (const [name, headers] of Object.entries(HEADERS)) {
        cases.container("Create Container", name, (path) => [
            r.createContainer(path, { headers }),
            r.getContainerProperties(path),
        ]);
    }
    for (const [name, body] of Object.entries(POLICIES)) {
        cases.container("Set Container ACL", name, (path) => [
            r.createContainer(path),
            r.setContainerAcl(path, { body }),
            r.getContainerAcl(path),
        ]);
    }
    cases.container("Get Blob", "SAS with a stored access policy", (path) => [
        r.createContainer(path),
        r.setContainerAcl(path, { body: policy("readers", "r") }),
        r.putBlob(`${path}/blob`),
        r.getBlob(`${path}/blob`, {
            by: { kind: "container", permissions: "", expiry: null, identifier: "readers" },
        }),
    ]);
}

const create = (path: string) => r.createContainer(path, { headers: { "x-ms-meta-stage": "dev" } });
type Headers = Readonly<Record<string, string>>;

const OPERATIONS: Readonly<Record<string, (path: string, headers: Headers) => Step>> = {
    "Get Container Properties": (path, headers) => r.getContainerProperties(path, { headers }),
    "Get Container Metadata": (path, headers) => r.getContainerMetadata(path, { headers }),
    "Set Container Metadata": (path, headers) =>
        r.setContainerMetadata(path, { headers: { "x-ms-meta-set": "again", ...headers } }),
    "Get Container ACL": (path, headers) => r.getContainerAcl(path, { headers }),
    "Set Container ACL": (path, headers) => r.setContainerAcl(path, { headers }),
    "Delete Container": (path, headers) => r.deleteContainer(path, { headers }),
};

const CONDITIONS: Readonly<Record<string, Headers>> = {
    "If-Modified-Since yesterday": { "if-modified-since": yesterday },
    "If-Modified-Since tomorrow": { "if-modified-since": tomorrow },
    "If-Unmodified-Since yesterday": { "if-unmodified-since": yesterday },
    "If-Unmodified-Since tomorrow": { "if-unmodified-since": tomorrow },
};

const NAMES = {
    "a name of 2 characters": "/ab",
    "a name of 64 characters": `/${"a".repeat(64)}`,
    "a name of 63 characters": `/${"a".repeat(63)}`,
    "a name with capitals": "/Images",
    "a name with two hyphens": "/two--hyphens",
    "a name that begins with a hyphen": "/-images",
    "a name that ends with a hyphen": "/images-",
    "a name with an underscore": "/my_images",
    "the root container": "/$root",
};

const HEADERS: Readonly<Record<string, Headers>> = {
    "with metadata": { "x-ms-meta-a": "1", "x-ms-meta-B": "2" },
    "with metadata whose name is no identifier": { "x-ms-meta-1a": "1" },
    "public for blobs": { "x-ms-blob-public-access": "blob" },
    "public as a whole": { "x-ms-blob-public-access": "container" },
    "public for something else": { "x-ms-blob-public-access": "everything" },
};

const POLICIES = {
    "one policy": policy("one", "rl"),
    "five policies": policies(5),
    "six policies": policies(6),
    "no policy": `<?xml version="1.0"?><SignedIdentifiers />`,
    "no XML": "policies",
};

function policies(count: number): string {
    const all = Array.from({ length: count }, (_, index) => identifier(`id-${index}`, "r"));
    return `<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers>${all.join("")}</SignedIdentifiers>`;
}

function policy(id: string, permissions: string): string {
    return `<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers>${identifier(id, permissions)}</SignedIdentifiers>`;
}

function identifier(id: string, permissions: string): string {
    const times = "<Start>2020-01-01T00:00:00Z</Start><Expiry>2099-01-01T00:00:00Z</Expiry>";
    const access = `<AccessPolicy>${times}<Permission>${permissions}</Permission></AccessPolicy>`;
    return `<SignedIdentifier><Id>${id}</Id>${access}</SignedIdentifier>`;
}
