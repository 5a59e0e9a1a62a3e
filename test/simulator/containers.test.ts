import { describe, expect, test } from "vitest";
import { elementText, raw } from "./support/raw";
import { containerOf, failure, serviceClient, simulate } from "./support/simulate";

describe("Create Container and Delete Container", () => {
    test("creates a container once", async () => {
        const { golden } = await simulate();
        const container = serviceClient(golden).getContainerClient("images");
        const created = await container.create({ metadata: { owner: "me" } });
        expect(created.etag).toMatch(/^"0x8D[0-9A-F]+"$/);
        expect((await container.getProperties()).metadata).toEqual({ owner: "me" });
        expect(await failure(container.create())).toEqual({ status: 409, code: "ContainerAlreadyExists" });
    });

    test.each([
        ["Images", 400, "InvalidResourceName"],
        ["a--b", 400, "InvalidResourceName"],
        ["-ab", 400, "InvalidResourceName"],
        ["ab", 400, "OutOfRangeInput"],
        ["a".repeat(64), 400, "OutOfRangeInput"],
    ])("refuses the name %s", async (name, status, code) => {
        const { golden } = await simulate();
        expect(await failure(serviceClient(golden).createContainer(name))).toEqual({ status, code });
    });

    test("deletes a container with all that is in it", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        await container.getBlockBlobClient("a").upload("x", 1);
        await container.delete();
        expect(await failure(container.getBlobClient("a").getProperties())).toMatchObject({ status: 404 });
        expect(await failure(container.delete())).toEqual({ status: 404, code: "ContainerNotFound" });
        golden.createContainer("images");
        expect(await container.getBlobClient("a").exists()).toBe(false);
    });

    test("deletes only under the date conditions given", async () => {
        const { golden, clock } = await simulate();
        const container = containerOf(golden);
        const past = new Date(clock.now() - 60_000);
        expect(await failure(container.delete({ conditions: { ifUnmodifiedSince: past } }))).toEqual({
            status: 412,
            code: "ConditionNotMet",
        });
        await container.delete({ conditions: { ifModifiedSince: past } });
        expect(await container.exists()).toBe(false);
    });
});

describe("container metadata and properties", () => {
    test("Set Container Metadata replaces the whole set and changes the ETag", async () => {
        const { golden } = await simulate();
        const container = containerOf(golden);
        await container.setMetadata({ one: "1", two: "2" });
        const before = await container.getProperties();
        await container.setMetadata({ two: "22" });
        const after = await container.getProperties();
        expect(after.metadata).toEqual({ two: "22" });
        expect(after.etag).not.toBe(before.etag);
    });

    test("Get Container Metadata shows no other properties", async () => {
        const { golden } = await simulate();
        await containerOf(golden).setMetadata({ one: "1" });
        const answer = await raw(golden, "/images", { method: "HEAD", query: "restype=container&comp=metadata" });
        expect(answer.status).toBe(200);
        expect(answer.headers["x-ms-meta-one"]).toBe("1");
        expect(answer.headers["x-ms-lease-state"]).toBeUndefined();
    });
});

describe("Container ACL", () => {
    test("keeps stored access policies and the public access level", async () => {
        const { dev } = await simulate();
        const container = containerOf(dev);
        const expiresOn = new Date("2030-01-01T00:00:00Z");
        await container.setAccessPolicy("blob", [{ id: "readers", accessPolicy: { permissions: "r", expiresOn } }]);
        const policy = await container.getAccessPolicy();
        expect(policy.blobPublicAccess).toBe("blob");
        expect(policy.signedIdentifiers).toEqual([
            expect.objectContaining({ id: "readers", accessPolicy: expect.objectContaining({ permissions: "r" }) }),
        ]);
        expect(policy.signedIdentifiers[0]?.accessPolicy.expiresOn).toEqual(expiresOn);
        await container.setAccessPolicy();
        expect(await container.getAccessPolicy()).toMatchObject({ signedIdentifiers: [] });
        expect((await container.getProperties()).blobPublicAccess).toBeUndefined();
    });

    test("fails to make a container public where the account forbids it", async () => {
        const { golden } = await simulate();
        expect(await failure(containerOf(golden).setAccessPolicy("blob"))).toEqual({
            status: 409,
            code: "PublicAccessNotPermitted",
        });
    });

    test("fails for more than five policies", async () => {
        const { golden } = await simulate();
        const policies = Array.from({ length: 6 }, (_, i) => ({ id: `p${i}`, accessPolicy: { permissions: "r" } }));
        expect(await failure(containerOf(golden).setAccessPolicy(undefined, policies))).toMatchObject({ status: 400 });
    });
});

describe("service operations", () => {
    test("List Containers lists by prefix and in pages", async () => {
        const { golden } = await simulate();
        for (const name of ["b-two", "a-one", "b-one", "b-three"]) {
            golden.createContainer(name);
        }
        const names: string[][] = [];
        for await (const page of serviceClient(golden).listContainers({ prefix: "b-" }).byPage({ maxPageSize: 2 })) {
            names.push(page.containerItems.map((item) => item.name));
        }
        expect(names).toEqual([["b-one", "b-three"], ["b-two"]]);
    });

    test("Get Blob Service Properties and Get Account Information answer", async () => {
        const { golden } = await simulate({ accounts: [{ name: "golden", kind: "BlobStorage" }, { name: "dev" }] });
        const client = serviceClient(golden);
        expect((await client.getProperties()).deleteRetentionPolicy?.enabled).toBe(false);
        expect(await client.getAccountInfo()).toMatchObject({ skuName: "Standard_LRS", accountKind: "BlobStorage" });
    });

    test("an operation that isn't simulated answers 501 and says which", async () => {
        const { golden, simulator } = await simulate();
        const answer = await raw(golden, "/", { query: "restype=service&comp=stats" });
        expect(answer.status).toBe(501);
        expect(elementText(answer, "Message")).toContain("Get Blob Service Stats is not simulated");
        expect(simulator.requests.of("Get Blob Service Stats")).toHaveLength(1);
    });

    test("fails for a request that names no simulated account", async () => {
        const { golden } = await simulate();
        const nobody = { ...golden, name: "nobody", blobEndpoint: golden.blobEndpoint.replace("golden", "nobody") };
        expect(await raw(nobody, "/images", { query: "restype=container" })).toMatchObject({ status: 400 });
    });
});
