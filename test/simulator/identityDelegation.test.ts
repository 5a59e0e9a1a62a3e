import {
    type BlobSASSignatureValues,
    BlobServiceClient,
    generateBlobSASQueryParameters,
    SASProtocol,
    StorageSharedKeyCredential,
    type UserDelegationKey,
} from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AccountHandle, BuiltInRole, ManualClock, Simulator } from "../../simulator";
import { letters, outcome } from "./support/copies";
import { bearerClient, secretCredential, sendSecure, simulateIdentity, trusting } from "./support/identity";
import { elementText } from "./support/raw";
import { failure } from "./support/simulate";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let simulator: Simulator;
let clock: ManualClock;
let golden: AccountHandle;
let dev: AccountHandle;

beforeAll(async () => {
    const accounts = [{ name: "golden", allowSharedKeyAccess: false }, { name: "dev" }, { name: "other" }];
    ({ simulator, clock, golden, dev } = await simulateIdentity({ accounts }));
});

afterAll(() => simulator.close());

const at = (milliseconds: number) => new Date(clock.now() + milliseconds);

/** A new principal with a role, and a user delegation key of its own. */
async function delegator(role: BuiltInRole | readonly string[], lasting = DAY) {
    const principal = simulator.entra.addServicePrincipal();
    const assigned = golden.assignRole(principal, role);
    const service = bearerClient(simulator, golden, secretCredential(simulator, principal));
    const key = await service.getUserDelegationKey(at(-15 * MINUTE), at(lasting));
    return { principal, assigned, service, key };
}

function sas(key: UserDelegationKey, values: Partial<BlobSASSignatureValues> = {}): string {
    return generateBlobSASQueryParameters(
        {
            containerName: "images",
            blobName: "a",
            permissions: letters("r"),
            expiresOn: at(60 * MINUTE),
            protocol: SASProtocol.Https,
            ...values,
        },
        key,
        "golden",
    ).toString();
}

function request(query: string, path = "/images/a", method = "GET", headers = {}) {
    const version = { "x-ms-version": "2025-01-05", ...headers };
    return sendSecure(simulator, `${golden.blobEndpoint}${path}?${query}`, method, version);
}

describe("Get User Delegation Key", () => {
    test("tells whose key it is, for which time and version", async () => {
        const { principal, key } = await delegator("Storage Blob Delegator");
        expect(key).toMatchObject({
            signedObjectId: principal.objectId,
            signedTenantId: principal.tenantId,
            signedService: "b",
            signedVersion: "2026-10-06", // what the SDK asks in,
        });
        expect(key.signedExpiresOn.getTime()).toBe(Math.floor(at(DAY).getTime() / 1000) * 1000);
        expect(Buffer.from(key.value, "base64")).toHaveLength(32);
        const answer = simulator.requests.of("Get User Delegation Key").at(-1)!;
        expect(answer.query).toBe("restype=service&comp=userdelegationkey");
    });

    test("takes no more than seven days, and no time that is over", async () => {
        const { service } = await delegator("Storage Blob Delegator");
        const invalid = { status: 400, code: "InvalidXmlNodeValue" };
        expect(await failure(service.getUserDelegationKey(at(0), at(7 * DAY + 5 * MINUTE)))).toEqual(invalid);
        expect(await failure(service.getUserDelegationKey(at(-DAY), at(-MINUTE)))).toEqual(invalid);
        expect(await failure(service.getUserDelegationKey(at(DAY), at(DAY)))).toEqual(invalid);
        await service.getUserDelegationKey(at(0), at(7 * DAY - MINUTE));
    });

    test("takes a bearer token, and a role for the whole account", async () => {
        const withKey = new BlobServiceClient(dev.blobEndpoint, new StorageSharedKeyCredential(dev.name, dev.key), {
            retryOptions: { maxTries: 1 },
            ...(trusting(simulator) as object),
        });
        await expect(withKey.getUserDelegationKey(at(0), at(DAY))).rejects.toMatchObject({
            statusCode: 403,
            code: "AuthenticationFailed",
            details: { authenticationErrorDetail: "Only authentication scheme Bearer is supported" },
        });
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, "Storage Blob Data Reader", { container: "images" });
        const service = bearerClient(simulator, golden, secretCredential(simulator, principal));
        expect(await failure(service.getUserDelegationKey(at(0), at(DAY)))).toEqual({
            status: 403,
            code: "AuthorizationPermissionMismatch",
        });
        golden.assignRole(principal, "Storage Blob Delegator");
        const key = await service.getUserDelegationKey(at(0), at(DAY));
        expect((await request(sas(key))).body).toBe("hello");
    });
});

describe("a user delegation SAS", () => {
    test.each(["2018-11-09", "2020-02-10", "2020-12-06", "2025-07-05", "2026-04-06", "2026-10-06"])(
        "of version %s opens its blob in an account without shared keys",
        async (version) => {
            const { key } = await delegator("Storage Blob Data Reader");
            const query = sas(key, { version, contentType: "text/plain" });
            const answer = await request(query);
            expect([answer.status, answer.body, answer.headers["content-type"]]).toEqual([200, "hello", "text/plain"]);
            expect(outcome(await request(query, "/images/b"))).toEqual([403, "AuthenticationFailed"]);
            expect(outcome(await request(query.replace("sp=r", "sp=rw")))).toEqual([403, "AuthenticationFailed"]);
        },
    );

    test("of a container lists it, of a snapshot opens that alone", async () => {
        const { key, service } = await delegator("Storage Blob Data Contributor");
        const container = sas(key, { blobName: undefined, permissions: letters("rl") });
        expect((await request(`restype=container&comp=list&${container}`, "/images")).status).toBe(200);
        expect((await request(container)).body).toBe("hello");
        const { snapshot } = await service.getContainerClient("images").getBlobClient("a").createSnapshot();
        const query = sas(key, { snapshotTime: snapshot });
        expect((await request(`snapshot=${encodeURIComponent(snapshot!)}&${query}`)).body).toBe("hello");
        expect((await request(query)).status).toBe(403);
    });

    test("grants what its principal may do and it says, nothing more", async () => {
        const denied = [403, "AuthorizationPermissionMismatch"];
        const reader = await delegator("Storage Blob Data Reader");
        const all = sas(reader.key, { permissions: letters("racwdxt") });
        expect((await request(all)).status).toBe(200);
        expect(outcome(await request(`comp=metadata&${all}`, "/images/a", "PUT"))).toEqual(denied);
        expect(outcome(await request(`comp=tags&${all}`))).toEqual(denied);
        const delegated = await delegator("Storage Blob Delegator");
        expect(outcome(await request(sas(delegated.key)))).toEqual(denied);
        const contributor = await delegator("Storage Blob Data Contributor");
        expect(outcome(await request(`comp=metadata&${sas(contributor.key)}`, "/images/a", "PUT"))).toEqual(denied);
        const writing = sas(contributor.key, { permissions: letters("w") });
        expect((await request(`comp=metadata&${writing}`, "/images/a", "PUT")).status).toBe(200);
    });

    test("ends with its principal's role", async () => {
        const { key, assigned } = await delegator("Storage Blob Data Reader");
        expect((await request(sas(key))).status).toBe(200);
        assigned.remove();
        expect(outcome(await request(sas(key)))).toEqual([403, "AuthorizationPermissionMismatch"]);
    });

    test("is good while both it and its key are", async () => {
        const { key } = await delegator("Storage Blob Data Reader", 2 * 60 * MINUTE);
        const short = sas(key);
        const long = sas(key, { expiresOn: at(DAY) });
        const late = sas(key, { startsOn: at(10 * MINUTE) });
        const expired = [403, "AuthenticationFailed"];
        expect(outcome(await request(late))).toEqual(expired);
        clock.advance(60 * MINUTE);
        expect((await request(late)).status).toBe(403);
        const answer = await request(short);
        expect(outcome(answer)).toEqual(expired);
        expect(elementText(answer, "AuthenticationErrorDetail")).toContain("not valid in the specified time frame");
        expect((await request(long)).status).toBe(200);
        clock.advance(60 * MINUTE);
        expect(outcome(await request(long))).toEqual(expired);
    });

    test("of another principal's key, or another account's, isn't taken", async () => {
        const one = await delegator("Storage Blob Data Reader");
        const two = await delegator("Storage Blob Data Reader");
        const mixed: UserDelegationKey = { ...one.key, signedObjectId: two.principal.objectId };
        expect(outcome(await request(sas(mixed)))).toEqual([403, "AuthenticationFailed"]);
        const elsewhere = generateBlobSASQueryParameters(
            { containerName: "images", blobName: "a", permissions: letters("r"), expiresOn: at(MINUTE) },
            one.key,
            "dev",
        ).toString();
        const answer = await sendSecure(simulator, `${dev.blobEndpoint}/images/a?${elsewhere}`);
        expect(outcome(answer)).toEqual([403, "AuthenticationFailed"]);
    });

    test("bound to a user or to headers is refused, since it isn't simulated", async () => {
        const { key } = await delegator("Storage Blob Data Reader");
        const bound = sas(key, { delegatedUserObjectId: "00000000-0000-4000-8000-000000000000" });
        expect(outcome(await request(bound))).toEqual([501, "NotImplemented"]);
    });
});

test("service and account SAS aren't taken by an account without shared keys", async () => {
    const credential = new StorageSharedKeyCredential(golden.name, golden.key);
    const values = { containerName: "images", blobName: "a", permissions: letters("r"), expiresOn: at(DAY) };
    const query = generateBlobSASQueryParameters(values, credential).toString();
    expect(outcome(await request(query))).toEqual([403, "KeyBasedAuthenticationNotPermitted"]);
});
