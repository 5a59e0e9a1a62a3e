import type { Sas } from "../../support/sas";
import type { Cases, Seen } from "../case";
import { LETTERS, ON_BLOBS } from "../matrix";
import * as r from "../requests";

const ALL = "racwdlt";

/** What a SAS authorizes: permissions × kinds × operations, resource types, times and everything else about one. */
export function sasCases(cases: Cases): void {
    for (const operation of ON_BLOBS) {
        for (const kind of ["blob", "container", "account"] as const) {
            // Every letter for a blob's SAS; for the other kinds the ones that matter most.
            const letters = kind === "blob" ? LETTERS : ["r", "w", "d", "c"];
            for (const permissions of letters) {
                cases.blob(operation.name, `${kind} SAS with ${permissions}`, (path) => [
                    ...operation.setup(path),
                    (seen) => ({ ...operation.request(path, seen, {}), by: { kind, permissions } }),
                ]);
            }
        }
        cases.blob(operation.name, "SAS with all but what is needed", (path) => [
            ...operation.setup(path),
            (seen) => ({
                ...operation.request(path, seen, {}),
                by: { kind: "blob", permissions: without(ALL, operation.permission) },
            }),
        ]);
        for (const by of ["nobody", "wrong key"] as const) {
            cases.blob(operation.name, `by ${by}`, (path) => [
                ...operation.setup(path),
                (seen) => ({ ...operation.request(path, seen, {}), by }),
            ]);
        }
    }
    for (const [name, sas] of Object.entries(VARIANTS)) {
        cases.blob("Get Blob", `SAS ${name}`, (path) => [
            r.putBlob(path),
            r.getBlob(path, { by: typeof sas === "function" ? sas(path) : sas }),
        ]);
    }
    for (const [name, by] of Object.entries(ON_CONTAINERS)) {
        cases.container("List Blobs", `by ${name}`, (path) => [
            r.createContainer(path),
            r.putBlob(`${path}/blob`),
            r.listBlobs(path, {}, { by }),
        ]);
        cases.container("Get Container Properties", `by ${name}`, (path) => [
            r.createContainer(path),
            r.getContainerProperties(path, { by }),
        ]);
        cases.container("Create Container", `by ${name}`, (path) => [r.createContainer(path, { by })]);
        cases.container("Delete Container", `by ${name}`, (path) => [
            r.createContainer(path),
            r.deleteContainer(path, { by }),
        ]);
    }
    snapshotSas(cases);
    for (const permissions of ["c", "w", "r"]) {
        const by: Sas = { kind: "container", permissions };
        cases.blob("Put Blob", `new blob, container SAS with ${permissions}`, (path) => [r.putBlob(path, "", { by })]);
        cases.blob("Copy Blob", `new blob, container SAS with ${permissions}`, (path) => [
            r.putBlob(`${path}-source`),
            (seen) => r.copyBlob(path, `${seen.endpoint}${path}-source`, { by }),
        ]);
        cases.blob("Put Block List", `new blob, container SAS with ${permissions}`, (path) => [
            r.putBlock(path),
            r.putBlockList(path, undefined, { by }),
        ]);
    }
}

function without(letters: string, taken: string): string {
    return [...letters].filter((letter) => !taken.includes(letter)).join("");
}

function snapshotSas(cases: Cases): void {
    const snapshot = (seen: Seen) => seen.header(1, "x-ms-snapshot");
    cases.blob("Get Blob", "a snapshot, by the SAS of that snapshot", (path) => [
        r.putBlob(path),
        r.snapshotBlob(path),
        (seen) =>
            r.getBlob(path, {
                query: { snapshot: snapshot(seen) },
                by: { kind: "snapshot", permissions: "r", snapshot: snapshot(seen) },
            }),
    ]);
    cases.blob("Get Blob", "a snapshot, by the blob's SAS", (path) => [
        r.putBlob(path),
        r.snapshotBlob(path),
        (seen) => r.getBlob(path, { query: { snapshot: snapshot(seen) }, by: { kind: "blob", permissions: "r" } }),
    ]);
    cases.blob("Get Blob", "the blob, by the SAS of a snapshot", (path) => [
        r.putBlob(path),
        r.snapshotBlob(path),
        (seen) => r.getBlob(path, { by: { kind: "snapshot", permissions: "r", snapshot: snapshot(seen) } }),
    ]);
}

const READ: Sas = { kind: "blob", permissions: "r" };

const VARIANTS: Readonly<Record<string, Sas | ((path: string) => Sas)>> = {
    "that has ended": { ...READ, expiry: -60 },
    "that hasn't begun": { ...READ, start: 3000 },
    "that has begun": { ...READ, start: -60 },
    "without an end": { ...READ, expiry: null },
    "by another key": { ...READ, wrongKey: true },
    "of a permission added later": { ...READ, permissions: "l", tampered: { sp: "rl" } },
    "of an end put off": { ...READ, tampered: { se: "2099-01-01T00:00:00Z" } },
    "without signature": { ...READ, tampered: { sig: "" } },
    "without version": { ...READ, tampered: { sv: "" } },
    "of version 2015-04-05": { ...READ, version: "2015-04-05" },
    "of version 2018-03-28": { ...READ, version: "2018-03-28" },
    "of version 2018-11-09": { ...READ, version: "2018-11-09" },
    "of version 2020-12-06": { ...READ, version: "2020-12-06" },
    "for https alone": { ...READ, protocol: "https" },
    "for https and http": { ...READ, protocol: "https,http" },
    "for this address": { ...READ, ip: "127.0.0.1" },
    "for another address": { ...READ, ip: "10.0.0.1" },
    "for a range of addresses": { ...READ, ip: "127.0.0.0-127.0.0.255" },
    "that overrides headers": {
        ...READ,
        overrides: {
            rscc: "no-store",
            rscd: "attachment",
            rsce: "identity",
            rscl: "de",
            rsct: "text/html",
        },
    },
    "of another blob": (path) => ({ ...READ, path: `${path}-other` }),
    "of another container": (path) => ({ ...READ, kind: "container", path: path.replace("shared", "elsewhere") }),
    "with a policy that isn't stored": { ...READ, permissions: "", expiry: null, identifier: "none" },
    "for queues": { ...READ, kind: "account", services: "q" },
    "for queues and blobs": { ...READ, kind: "account", services: "qb" },
    "for containers alone": { ...READ, kind: "account", resourceTypes: "c" },
    "for objects alone": { ...READ, kind: "account", resourceTypes: "o" },
    "of an account, that has ended": { ...READ, kind: "account", expiry: -60 },
    "of an account, by another key": { ...READ, kind: "account", wrongKey: true },
    "of an account, version 2019-12-12": { ...READ, kind: "account", version: "2019-12-12" },
    "of an account, for https alone": { ...READ, kind: "account", protocol: "https" },
    "of an account, for another address": { ...READ, kind: "account", ip: "10.0.0.1" },
};

const ON_CONTAINERS: Readonly<Record<string, Sas>> = {
    "container SAS with l": { kind: "container", permissions: "l" },
    "container SAS with r": { kind: "container", permissions: "r" },
    "container SAS with all": { kind: "container", permissions: ALL },
    "account SAS with l": { kind: "account", permissions: "l" },
    "account SAS with r": { kind: "account", permissions: "r" },
    "account SAS with w": { kind: "account", permissions: "w" },
    "account SAS with d": { kind: "account", permissions: "d" },
    "account SAS for objects alone": { kind: "account", permissions: ALL, resourceTypes: "o" },
    "account SAS for containers alone": { kind: "account", permissions: ALL, resourceTypes: "c" },
};
