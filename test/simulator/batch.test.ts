import { BlobBatch, StorageSharedKeyCredential } from "@azure/storage-blob";
import { beforeEach, describe, expect, test } from "vitest";
import type { AccountHandle } from "../../simulator";
import { outcome } from "./support/copies";
import { raw } from "./support/raw";
import { containerOf, serviceClient, simulate } from "./support/simulate";

let account: AccountHandle;

beforeEach(async () => {
    ({ golden: account } = await simulate());
    account.createContainer("images");
    for (const name of ["a", "b", "ü c"]) {
        account.putBlob("images", name, name);
    }
});

const url = (name: string) => containerOf(account).getBlobClient(name).url;
const credential = (key = account.key) => new StorageSharedKeyCredential(account.name, key);

async function names(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of containerOf(account).listBlobsFlat()) {
        found.push(name);
    }
    return found;
}

describe("Blob Batch", () => {
    test("deletes blobs, and tells of each by itself", async () => {
        const client = serviceClient(account).getBlobBatchClient();
        const answer = await client.deleteBlobs([url("a"), url("none"), url("ü c")], credential());
        expect(answer.subResponses.map(({ status, errorCode }) => [status, errorCode])).toEqual([
            [202, undefined],
            [404, "BlobNotFound"],
            [202, undefined],
        ]);
        expect([answer.subResponsesSucceededCount, answer.subResponsesFailedCount]).toEqual([2, 1]);
        expect(await names()).toEqual(["b"]);
    });

    test("sets tiers, through a container's own batches too", async () => {
        const client = containerOf(account).getBlobBatchClient();
        const answer = await client.setBlobsAccessTier([url("a"), url("b")], credential(), "Cool");
        expect(answer.subResponsesFailedCount).toBe(0);
        expect((await containerOf(account).getBlobClient("b").getProperties()).accessTier).toBe("Cool");
    });

    test("each request is authorized by itself", async () => {
        const client = serviceClient(account).getBlobBatchClient();
        const wrong = Buffer.alloc(64, 1).toString("base64");
        const batch = new BlobBatch();
        await batch.deleteBlob(url("a"), credential(wrong));
        await batch.deleteBlob(url("b"), credential());
        const answer = await client.submitBatch(batch);
        expect(answer.subResponses.map(({ status }) => status)).toEqual([403, 202]);
        expect(await names()).toEqual(["a", "ü c"]);
    });

    test("a container's batch reaches no other container", async () => {
        account.createContainer("other");
        const client = serviceClient(account).getContainerClient("other").getBlobBatchClient();
        const answer = await client.deleteBlobs([url("a")], credential());
        expect(answer.subResponses.map(({ status, errorCode }) => [status, errorCode])).toEqual([
            [400, "InvalidInput"],
        ]);
    });

    test("takes no other operations, and no body that isn't a batch", async () => {
        const headers = { "content-type": "multipart/mixed; boundary=batch_1" };
        const post = (body: string) => raw(account, "/", { method: "POST", query: "comp=batch", headers, body });
        const get = `--batch_1\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\nGET /golden/images/a HTTP/1.1\r\n\r\n\r\n--batch_1--\r\n`;
        const answer = await post(get);
        expect(answer.status).toBe(202);
        expect(answer.body).toContain("HTTP/1.1 400 One of the request inputs is not valid.");
        expect(outcome(await post("nothing"))).toEqual([400, "InvalidInput"]);
        const part = get.slice(0, get.lastIndexOf("--batch_1--"));
        expect(outcome(await post(`${part.repeat(257)}--batch_1--`))).toEqual([400, "ExceedsMaxBatchRequestCount"]);
    });
});
