import { BlobBatchClient, type BlobServiceClient } from "@azure/storage-blob";
import { sign } from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { AccountHandle, BuiltInRole, ManualClock, Simulator } from "../../simulator";
import { ACTIONS } from "../../simulator/auth/actions";
import { FILE_ACTIONS } from "../../simulator/auth/fileActions";
import { OPERATIONS } from "../../simulator/blob/operations";
import { FILE_OPERATIONS } from "../../simulator/file/operations";
import { until } from "../helpers/until";
import { outcome } from "./support/copies";
import { bearerClient, FABRIKAM, secretCredential, sendSecure, simulateIdentity } from "./support/identity";
import { elementText, raw } from "./support/raw";
import { failure } from "./support/simulate";

const DENIED = { status: 403, code: "AuthorizationPermissionMismatch" };
const BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

let simulator: Simulator;
let clock: ManualClock;
let golden: AccountHandle;

beforeAll(async () => {
    ({ simulator, clock, golden } = await simulateIdentity());
});

afterAll(() => simulator.close());

/** A client of a new principal with these roles on the account. */
function as(role: BuiltInRole | readonly string[] | undefined, options = {}): BlobServiceClient {
    const principal = simulator.entra.addServicePrincipal();
    if (role) {
        golden.assignRole(principal, role, options);
    }
    return bearerClient(simulator, golden, secretCredential(simulator, principal));
}

const blobOf = (service: BlobServiceClient, name = "a", container = "images") =>
    service.getContainerClient(container).getBlockBlobClient(name);

describe("a bearer token", () => {
    const at = (authorization: string, headers = {}, path = "/images/a") =>
        sendSecure(simulator, `${golden.blobEndpoint}${path}`, "GET", {
            authorization,
            "x-ms-version": "2025-01-05",
            ...headers,
        });

    async function refused(token: string, headers = {}) {
        const answer = await at(`Bearer ${token}`, headers);
        return [...outcome(answer), elementText(answer, "AuthenticationErrorDetail")];
    }

    test("opens what its principal's role allows", async () => {
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, "Storage Blob Data Reader");
        for (const resource of [
            "https://storage.azure.com",
            "https://storage.azure.com/",
            "https://golden.blob.core.windows.net",
        ]) {
            const { token } = simulator.entra.tokens.issue(principal, resource, "secret");
            expect((await at(`Bearer ${token}`)).body).toBe("hello");
        }
    });

    test("is refused with a challenge unless audience, issuer, lifetime and signature are right", async () => {
        const principal = simulator.entra.addServicePrincipal();
        const { tokens } = simulator.entra;
        const good = tokens.issue(principal, "https://storage.azure.com", "secret").token;
        const wrong = (more: object) => {
            const payload = JSON.parse(Buffer.from(good.split(".")[1]!, "base64url").toString());
            return tokens.sign({ ...payload, ...more });
        };
        const now = Math.floor(Date.now() / 1000);
        const failed = (detail: string) => [401, "InvalidAuthenticationInfo", detail];
        const wrongAudience = failed("Audience validation failed. Audience did not match.");
        expect(await refused(wrong({ aud: "https://management.azure.com" }))).toEqual(wrongAudience);
        expect(await refused(wrong({ aud: "https://dev.blob.core.windows.net" }))).toEqual(wrongAudience);
        const wrongIssuer = failed("Issuer validation failed. Issuer did not match.");
        expect(await refused(wrong({ iss: `https://sts.windows.net/${FABRIKAM}/` }))).toEqual(wrongIssuer);
        const expired = failed("Lifetime validation failed. The token is expired.");
        expect(await refused(wrong({ exp: now - 1 }))).toEqual(expired);
        const early = failed("Lifetime validation failed. The token is not yet valid.");
        expect(await refused(wrong({ nbf: now + 60 }))).toEqual(early);
        const forged = failed("Signature validation failed. Signature did not match.");
        expect(await refused(`${good.slice(0, -8)}AAAAAAAA`)).toEqual(forged);
        const claims = JSON.parse(Buffer.from(good.split(".")[1]!, "base64url").toString());
        expect(await refused(sign(claims, "a secret"))).toEqual(forged);
        expect(await refused("garbage")).toEqual(failed("Authentication scheme Bearer is not supported."));
        const { headers } = await at("Bearer garbage");
        expect(headers["www-authenticate"]).toBe(
            `Bearer authorization_uri=${simulator.url}/${golden.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
        );
    });

    test("is answered as older versions do", async () => {
        const { token } = simulator.entra.tokens.issue(simulator.entra.addServicePrincipal(), "https://x", "secret");
        const old = { "x-ms-version": "2019-07-07" };
        expect(await refused(token, old)).toEqual([
            403,
            "AuthenticationFailed",
            "Audience validation failed. Audience did not match.",
        ]);
        expect(await refused(token, { "x-ms-version": "2017-07-29" })).toEqual([
            403,
            "AuthenticationFailed",
            "Authentication scheme Bearer is not supported in this version.",
        ]);
        expect(outcome(await at("Bearer auth token"))).toEqual([400, "InvalidAuthenticationInfo"]);
    });

    test("of another tenant is fetched anew for the account's, where the credential may", async () => {
        const { simulator, other } = await simulateIdentity({ entra: { tokenSeconds: 3 } });
        const clientId = "bbbbbbbb-0000-4000-8000-000000000001";
        const home = simulator.entra.addServicePrincipal({ clientId, clientSecret: "s" });
        const guest = simulator.entra.addServicePrincipal({ clientId, clientSecret: "s", tenantId: FABRIKAM });
        other.assignRole(guest, "Storage Blob Data Reader");
        const single = bearerClient(simulator, other, secretCredential(simulator, home));
        // No token ends by itself, however busy the machine is.
        vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: Date.now() });
        onTestFinished(() => void vi.useRealTimers());
        let refusal: Error | undefined;
        blobOf(single)
            .getProperties()
            .catch((error) => {
                refusal = error;
            });
        await until(() => simulator.requests.count("Get Blob Properties") > 0);
        // The SDK asks its credential again and again until the token that it has is over.
        await until(() => {
            vi.advanceTimersByTime(1_000);
            return refusal !== undefined;
        });
        expect(refusal!.message).toContain("not configured to acquire tokens for tenant");
        const allowed = { additionallyAllowedTenants: [FABRIKAM] };
        const several = bearerClient(simulator, other, secretCredential(simulator, home, allowed));
        expect((await blobOf(several).downloadToBuffer()).toString()).toBe("hello");
        expect(() => other.assignRole(home, "Storage Blob Data Reader")).toThrow("is of tenant");
        await simulator.close();
    });

    test("that ends is replaced by the client in time", async () => {
        const { simulator, golden } = await simulateIdentity({ entra: { tokenSeconds: 3_600 } });
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, "Storage Blob Data Reader");
        const blob = blobOf(bearerClient(simulator, golden, secretCredential(simulator, principal)));
        await blob.getProperties();
        vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_601_000 });
        onTestFinished(() => void vi.useRealTimers());
        await blob.getProperties();
        expect(simulator.requests.of("Token").length).toBeGreaterThanOrEqual(2);
        expect(simulator.requests.of("Get Blob Properties").map(({ status }) => status)).toEqual([200, 200]);
        await simulator.close();
    });

    test("is in no log", () => {
        const text = JSON.stringify(simulator.requests.all());
        expect(text).toContain("Bearer REDACTED");
        expect(text).not.toMatch(/eyJ/);
    });
});

describe("roles", () => {
    test("are known for every operation", () => {
        const names = (operations: typeof OPERATIONS) => [...new Set(operations.map(({ name }) => name))].sort();
        expect(Object.keys(ACTIONS).sort()).toEqual(names(OPERATIONS));
        expect(Object.keys(FILE_ACTIONS).sort()).toEqual(names(FILE_OPERATIONS));
    });

    test("without any, nothing is allowed", async () => {
        expect(await failure(blobOf(as(undefined)).getProperties())).toEqual(DENIED);
        expect(await failure(blobOf(as(undefined), "nobody").getProperties())).toEqual(DENIED);
    });

    test("a reader reads and lists, and nothing else", async () => {
        const reader = as("Storage Blob Data Reader");
        const blob = blobOf(reader);
        expect((await blob.downloadToBuffer()).toString()).toBe("hello");
        await blob.getProperties();
        await reader.getContainerClient("images").getProperties();
        for await (const { name } of reader.getContainerClient("images").listBlobsFlat()) {
            expect(name).toBe("a");
        }
        for await (const { name } of reader.listContainers()) {
            expect(name).toBe("images");
        }
        expect(await failure(blob.getTags())).toEqual(DENIED);
        expect(await failure(blob.upload("x", 1))).toEqual(DENIED);
        expect(await failure(blob.setMetadata({}))).toEqual(DENIED);
        expect(await failure(blob.delete())).toEqual(DENIED);
        expect(await failure(blob.getBlobLeaseClient().acquireLease(15))).toEqual(DENIED);
        expect(await failure(reader.getContainerClient("more").create())).toEqual(DENIED);
        expect(await failure(reader.getProperties())).toEqual(DENIED);
    });

    test("a contributor writes, but for tags, ACLs and versions", async () => {
        const contributor = as("Storage Blob Data Contributor");
        const blob = blobOf(contributor, "written");
        await blob.upload("x", 1);
        await blob.upload("xy", 2);
        await blob.setMetadata({ a: "b" });
        await blob.setAccessTier("Cool");
        await blob.createSnapshot();
        await blob.stageBlock(Buffer.from("1").toString("base64"), "z", 1);
        await blob.commitBlockList([Buffer.from("1").toString("base64")]);
        const lease = blob.getBlobLeaseClient();
        await lease.acquireLease(15);
        await lease.releaseLease();
        expect(await failure(blob.setTags({ a: "b" }))).toEqual(DENIED);
        expect(await failure(blob.upload("x", 1, { tags: { a: "b" } }))).toEqual(DENIED);
        const conditions = { tagConditions: "\"env\" = 'dev'" };
        expect(await failure(blob.getProperties({ conditions }))).toEqual(DENIED);
        const immutableUntil = { expiriesOn: new Date(clock.now() + 3600_000) };
        expect(await failure(blob.setImmutabilityPolicy(immutableUntil))).toEqual(DENIED);
        expect(await failure(contributor.getContainerClient("images").getAccessPolicy())).toEqual(DENIED);
        await blob.delete({ deleteSnapshots: "include" });
        await contributor.getContainerClient("more").create();
        await contributor.getContainerClient("more").delete();
    });

    test("an owner does all", async () => {
        const owner = as("Storage Blob Data Owner");
        const blob = blobOf(owner, "owned");
        await blob.upload("x", 1, { tags: { a: "b" } });
        expect((await blob.getTags()).tags).toEqual({ a: "b" });
        await blob.setTags({ a: "c" });
        await owner.getContainerClient("images").getAccessPolicy();
        for await (const { name } of owner.findBlobsByTags("\"a\" = 'c'")) {
            expect(name).toBe("owned");
        }
        await blob.delete();
    });

    test("a custom role allows its actions: to add is not to overwrite", async () => {
        const adder = as([`${BLOBS}/add/action`]);
        await blobOf(adder, "added").upload("x", 1);
        expect(await failure(blobOf(adder, "added").upload("y", 1))).toEqual(DENIED);
        expect(await failure(blobOf(adder, "added").getProperties())).toEqual(DENIED);
        await blobOf(as([`${BLOBS}/*`]), "added").delete();
        expect(() => as("Owner" as BuiltInRole)).toThrow("role must be one of Storage Blob Data Reader");
    });

    test("may be for one container alone", async () => {
        golden.createContainer("private");
        golden.putBlob("private", "a", "hello");
        const reader = as("Storage Blob Data Reader", { container: "private" });
        await blobOf(reader, "a", "private").getProperties();
        expect(await failure(blobOf(reader).getProperties())).toEqual(DENIED);
        expect(await failure(reader.listContainers().next())).toEqual(DENIED);
    });

    test("take effect when they are due, and can be taken away", async () => {
        const principal = simulator.entra.addServicePrincipal();
        const assigned = golden.assignRole(principal, "Storage Blob Data Reader", { effectiveAfterSeconds: 300 });
        const blob = blobOf(bearerClient(simulator, golden, secretCredential(simulator, principal)));
        expect(await failure(blob.getProperties())).toEqual(DENIED);
        clock.advance(299_000);
        expect(await failure(blob.getProperties())).toEqual(DENIED);
        clock.advance(1000);
        await blob.getProperties();
        assigned.remove();
        expect(await failure(blob.getProperties())).toEqual(DENIED);
    });

    test("are asked for each request of a batch by itself", async () => {
        const principal = simulator.entra.addServicePrincipal();
        golden.assignRole(principal, [`${BLOBS}/write`, BLOBS.replace(/blobs$/, "write")]);
        golden.putBlob("images", "batched", "x");
        const service = bearerClient(simulator, golden, secretCredential(simulator, principal));
        const batch = new BlobBatchClient(
            golden.blobEndpoint,
            (service as unknown as { pipeline: ConstructorParameters<typeof BlobBatchClient>[1] }).pipeline,
        );
        const credential = secretCredential(simulator, principal);
        const url = `${golden.blobEndpoint}/images/batched`;
        const deleted = await batch.deleteBlobs([url], credential);
        expect(deleted.subResponses.map(({ status, errorCode }) => [status, errorCode])).toEqual([
            [403, "AuthorizationPermissionMismatch"],
        ]);
        expect((await batch.setBlobsAccessTier([url], credential, "Cool")).subResponsesSucceededCount).toBe(1);
    });
});

test("without shared keys an account takes tokens alone", async () => {
    const accounts = [{ name: "golden", allowSharedKeyAccess: false }, { name: "dev" }, { name: "other" }];
    const { simulator, golden } = await simulateIdentity({ accounts });
    const principal = simulator.entra.addServicePrincipal();
    golden.assignRole(principal, "Storage Blob Data Reader");
    await blobOf(bearerClient(simulator, golden, secretCredential(simulator, principal))).getProperties();
    await simulator.close();
});

test("over http there are managed identities too, but tokens open nothing", async () => {
    const { simulator, golden } = await simulateIdentity({ tls: undefined });
    const { token } = simulator.entra.tokens.issue(
        simulator.entra.addManagedIdentity(),
        "https://storage.azure.com/",
        "managed identity",
    );
    const answer = await raw(golden, "/images/a", { key: null, headers: { authorization: `Bearer ${token}` } });
    expect(outcome(answer)).toEqual([403, "AuthenticationFailed"]);
    expect(simulator.certificateFile).toBeUndefined();
    await simulator.close();
});
