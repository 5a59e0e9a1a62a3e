import type { ShareClient, ShareFileClient } from "@azure/storage-file-share";
import { expect } from "vitest";
import { copyFile, fileOf, fileSasUrl, shareOf } from "./files";
import type { RawAnswer } from "./raw";
import { type Simulated, simulate } from "./simulate";

/** Two accounts with what copies of files need: `docs/sub/source.txt` and `images/blob` in one, `seed/near.txt` in the other. */
export interface Scene extends Simulated {
    /** The share of the account that is copied from. */
    readonly from: ShareClient;
    /** The share of the account that is copied to. */
    readonly to: ShareClient;
    /** A file of the other account, @default `sub/source.txt` */
    source(path?: string): ShareFileClient;
    /** A file of the account that is copied to, @default `copy.txt` */
    at(path?: string): ShareFileClient;
    /** The URL, without SAS, of a file in the account that is copied to. */
    near(): string;
    /** Starts a copy from the other account; gives its answer. */
    start(path?: string, headers?: Record<string, string>): Promise<RawAnswer>;
    /** Copy status, its description, and how long the file is. */
    stateOf(path?: string): Promise<unknown[]>;
}

/** Sets the scene, in which copies between the accounts take 8 seconds. */
export async function copyScene(): Promise<Scene> {
    const simulated = await simulate({ copySeconds: 8 });
    const { golden, dev } = simulated;
    const [from, to] = [shareOf(golden, "docs"), shareOf(dev, "seed")];
    golden.putFile("docs", "sub/source.txt", "hello", { contentType: "text/plain", metadata: { stage: "golden" } });
    dev.putFile("seed", "near.txt", "nearby", { contentType: "text/near" });
    golden.createContainer("images");
    golden.putBlob("images", "blob", "a blob", { contentType: "text/blob", metadata: { kind: "blob" } });
    dev.createContainer("images");
    dev.createContainer("public", { publicAccess: "blob" });
    dev.putBlob("public", "blob", "for all");
    const source = (path = "sub/source.txt") => fileOf(from, path);
    const at = (path = "copy.txt") => fileOf(to, path);
    return {
        ...simulated,
        from,
        to,
        source,
        at,
        near: () => at("near.txt").url,
        async start(path = "copy.txt", headers = {}) {
            const answer = await copyFile(dev, `/seed/${path}`, fileSasUrl(source()), headers);
            expect([answer.status, answer.headers["x-ms-copy-status"]]).toEqual([202, "pending"]);
            return answer;
        },
        async stateOf(path = "copy.txt") {
            const { copyStatus, copyStatusDescription, contentLength } = await at(path).getProperties();
            return [copyStatus, copyStatusDescription, contentLength];
        },
    };
}

/** The copy ID of a copy that was started. */
export function idOf({ headers }: RawAnswer): string {
    return headers["x-ms-copy-id"] as string;
}
