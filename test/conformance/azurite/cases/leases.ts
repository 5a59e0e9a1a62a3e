import type { Cases, Step } from "../case";
import { type BlobOperation, ON_BLOBS, step } from "../matrix";
import { getBlobProperties, leaseBlob, putBlob } from "../requests";

const ID = "6d3f4a1c-0c3e-4b53-9f2e-0d1a2b3c4d5e";
const OTHER_ID = "11111111-2222-3333-4444-555555555555";

/** How a blob with a lease in some state is made; available takes nothing. */
const STATES: Readonly<Record<string, (path: string) => readonly Step[]>> = {
    available: () => [],
    leased: (path) => [acquire(path, "-1")],
    "leased for a time": (path) => [acquire(path, "30")],
    breaking: (path) => [acquire(path, "-1"), leaseBlob(path, "break", { "x-ms-lease-break-period": "60" })],
    "leased for a time, breaking": (path) => [acquire(path, "60"), leaseBlob(path, "break")],
    broken: (path) => [acquire(path, "-1"), leaseBlob(path, "break", { "x-ms-lease-break-period": "0" })],
    expired: (path) => [acquire(path, "15"), 16],
    released: (path) => [acquire(path, "-1"), leaseBlob(path, "release", { "x-ms-lease-id": ID })],
};

const IDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "no lease ID": {},
    "the lease ID": { "x-ms-lease-id": ID },
    "another lease ID": { "x-ms-lease-id": OTHER_ID },
};

/** Every operation × state of the lease × lease ID, and every action of Lease Blob likewise. */
export function leaseCases(cases: Cases): void {
    for (const operation of ON_BLOBS.filter(({ name }) => name !== "Lease Blob")) {
        for (const state of ["available", "leased", "breaking", "broken", "expired"]) {
            for (const [given, headers] of Object.entries(IDS)) {
                operationCase(cases, operation, state, given, headers);
            }
        }
    }
    for (const state of Object.keys(STATES)) {
        for (const [name, action] of Object.entries(ACTIONS)) {
            cases.blob("Lease Blob", `${name}, lease ${state}`, (path) => [
                putBlob(path),
                ...STATES[state]!(path),
                action(path),
                getBlobProperties(path),
            ]);
        }
    }
    for (const [name, headers] of Object.entries(BAD)) {
        cases.blob("Lease Blob", `bad input: ${name}`, (path) => [
            putBlob(path),
            acquire(path, "-1"),
            { ...leaseBlob(path, "acquire"), headers },
        ]);
    }
}

function operationCase(
    cases: Cases,
    operation: BlobOperation,
    state: string,
    given: string,
    headers: Readonly<Record<string, string>>,
): void {
    cases.blob(operation.name, `lease ${state}, ${given}`, (path) => [
        ...operation.setup(path),
        ...STATES[state]!(path),
        step(operation, path, () => headers),
        getBlobProperties(path),
    ]);
}

function acquire(path: string, duration: string, id = ID) {
    return leaseBlob(path, "acquire", { "x-ms-lease-duration": duration, "x-ms-proposed-lease-id": id });
}

const withId = { "x-ms-lease-id": ID };
const otherId = { "x-ms-lease-id": OTHER_ID };

const ACTIONS: Readonly<Record<string, (path: string) => Step>> = {
    "acquire with the same ID": (path) => acquire(path, "-1"),
    "acquire with another ID": (path) => acquire(path, "-1", OTHER_ID),
    "acquire for a time without an ID": (path) => leaseBlob(path, "acquire", { "x-ms-lease-duration": "60" }),
    renew: (path) => leaseBlob(path, "renew", withId),
    "renew with another ID": (path) => leaseBlob(path, "renew", otherId),
    change: (path) => leaseBlob(path, "change", { ...withId, "x-ms-proposed-lease-id": OTHER_ID }),
    "change from another ID": (path) => leaseBlob(path, "change", { ...otherId, "x-ms-proposed-lease-id": OTHER_ID }),
    release: (path) => leaseBlob(path, "release", withId),
    "release with another ID": (path) => leaseBlob(path, "release", otherId),
    break: (path) => leaseBlob(path, "break"),
    "break after 10 seconds": (path) => leaseBlob(path, "break", { "x-ms-lease-break-period": "10" }),
    "break with its ID": (path) => leaseBlob(path, "break", withId),
};

const BAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "no action": { "x-ms-lease-duration": "-1" },
    "unknown action": { "x-ms-lease-action": "hold" },
    "acquire without duration": { "x-ms-lease-action": "acquire" },
    "duration of 14": { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "14" },
    "duration of 61": { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "61" },
    "duration of 0": { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "0" },
    "duration that is no number": { "x-ms-lease-action": "acquire", "x-ms-lease-duration": "long" },
    "proposed ID that is no GUID": {
        "x-ms-lease-action": "acquire",
        "x-ms-lease-duration": "-1",
        "x-ms-proposed-lease-id": "mine",
    },
    "renew without ID": { "x-ms-lease-action": "renew" },
    "release without ID": { "x-ms-lease-action": "release" },
    "change without ID": { "x-ms-lease-action": "change", "x-ms-proposed-lease-id": OTHER_ID },
    "change without proposed ID": { "x-ms-lease-action": "change", ...withId },
    "break period of 61": { "x-ms-lease-action": "break", "x-ms-lease-break-period": "61" },
    "break period of -1": { "x-ms-lease-action": "break", "x-ms-lease-break-period": "-1" },
};
