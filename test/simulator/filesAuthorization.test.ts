import { beforeEach, describe, expect, test } from "vitest";
import { inDays, outcome } from "./support/copies";
import { copyScene, type Scene } from "./support/copyFiles";
import { fileOf, fileSasUrl, filesOf, shareBySas, textOf } from "./support/files";
import { send } from "./support/raw";
import { failure, serviceClient } from "./support/simulate";

let dev: Scene["dev"];
let to: Scene["to"];
let at: Scene["at"];

beforeEach(async () => {
    ({ dev, to, at } = await copyScene());
});

describe("SAS of Azure Files", () => {
    test("of a share grant what they say, and nothing of the service", async () => {
        const [reading, listing, writing, deleting] = ["r", "l", "w", "d"].map((each) => shareBySas(to, each));
        expect(await textOf(fileOf(reading!, "near.txt"))).toBe("nearby");
        const mismatch = { status: 403, code: "AuthorizationPermissionMismatch" };
        expect(await failure(fileOf(reading!, "near.txt").uploadRange("N", 0, 1))).toEqual(mismatch);
        const names = [];
        for await (const { name } of listing!.rootDirectoryClient.listFilesAndDirectories()) {
            names.push(name);
        }
        expect(names).toEqual(["near.txt"]);
        await fileOf(writing!, "near.txt").uploadRange("N", 0, 1);
        expect(await failure(fileOf(writing!, "near.txt").delete())).toEqual(mismatch);
        await fileOf(deleting!, "near.txt").delete();
        expect(await failure(reading!.getProperties())).toEqual({ status: 403, code: "AuthorizationFailure" });
    });

    test("of a file are for that file alone, and name a policy of the share", async () => {
        dev.putFile("seed", "other.txt", "other");
        const { search } = new URL(fileSasUrl(at("near.txt")));
        const read = (path: string, query = search) => send(`${dev.fileEndpoint}/seed/${path}${query}`);
        expect((await read("near.txt")).body).toBe("nearby");
        expect((await read("other.txt")).status).toBe(403);
        await to.setAccessPolicy([
            { id: "reader", accessPolicy: { permissions: "r", startsOn: new Date(0), expiresOn: inDays(1) } },
        ]);
        const url = new URL(at("near.txt").generateSasUrl({ identifier: "reader" }));
        expect((await read("near.txt", url.search)).body).toBe("nearby");
        await to.setAccessPolicy([]);
        expect((await read("near.txt", url.search)).status).toBe(403);
    });

    test("of an account are for Azure Files only if they name them", async () => {
        const { AccountSASPermissions, ShareServiceClient } = await import("@azure/storage-file-share");
        const permissions = AccountSASPermissions.parse("rl");
        const files = filesOf(dev).generateAccountSasUrl(inDays(1), permissions, "sco");
        const names = [];
        for await (const { name } of new ShareServiceClient(files).listShares()) {
            names.push(name);
        }
        expect(names).toEqual(["seed"]);
        const blobs = serviceClient(dev).generateAccountSasUrl(inDays(1), permissions as never, "sco");
        const answer = await send(`${dev.fileEndpoint}/seed/near.txt${new URL(blobs).search}`);
        expect(outcome(answer)).toEqual([403, "AuthorizationServiceMismatch"]);
    });

    test("nobody without one reads anything", async () => {
        expect(outcome(await send(`${dev.fileEndpoint}/seed/near.txt`))).toEqual([404, "ResourceNotFound"]);
    });
});
