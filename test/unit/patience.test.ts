import { describe, expect, it } from "vitest";
import type { Context } from "../../src/provider/handler";
import { patiently } from "../../src/provider/patience";
import type { BlobAddress } from "../../src/storage/address";
import { explain } from "../../src/storage/errors";

const destination: BlobAddress = {
    kind: "blob",
    serviceUrl: "https://dev.blob.core.windows.net",
    containerName: "seed",
    blobName: "orders.bak",
};

/** A request that lacks a permission, as the SDK tells it. */
function mismatch(headers: Record<string, string>, source = false): Error {
    return Object.assign(new Error("not authorized"), {
        statusCode: 403,
        request: { url: "https://dev.blob.core.windows.net/seed/orders.bak", headers: new SdkHeaders(headers) },
        response: {
            headers: new SdkHeaders({
                "x-ms-error-code": source ? "CannotVerifyCopySource" : "AuthorizationPermissionMismatch",
                ...(source && {
                    "x-ms-copy-source-status-code": "403",
                    "x-ms-copy-source-error-code": "AuthorizationPermissionMismatch",
                }),
            }),
        },
    });
}

/** Headers as the SDK has them. */
class SdkHeaders {
    constructor(private readonly headers: Record<string, string>) {}
    get(name: string): string | undefined {
        return this.headers[name];
    }
}

function start() {
    let now = 0;
    const warnings: string[] = [];
    const context: Context = {
        clients: {} as Context["clients"],
        clock: {
            now: () => new Date(now),
            sleep: async (milliseconds) => {
                now += milliseconds;
            },
        },
        signal: new AbortController().signal,
        progress: () => {},
        warn: (message) => warnings.push(message),
    };
    /** Runs a request that is refused for some time; tells when it ended. */
    const run = async (error: Error, seconds: number, timeoutSeconds = 86_400) => {
        const begun = now;
        const ended = await patiently(destination, timeoutSeconds * 1_000, context, async () => {
            if (now < begun + seconds * 1_000) {
                throw explain("copy", error);
            }
            return "done";
        }).catch(() => "failed");
        return { ended, seconds: (now - begun) / 1_000 };
    };
    return { run, warnings };
}

const token = { authorization: "Bearer secret" };
const source = "https://golden.blob.core.windows.net/images/orders.bak";

describe("patience with a missing permission", () => {
    it("lasts for minutes with Entra ID, since a role assignment takes that long, and is told once", async () => {
        const { run, warnings } = start();
        expect(await run(mismatch(token), 200)).toEqual({ ended: "done", seconds: 210 });
        expect(warnings).toEqual([
            expect.stringMatching(
                /^waiting for a role assignment to take effect, 300 seconds at most: could not copy.*403/,
            ),
        ]);
    });

    it("ends after five minutes, and is over for all", async () => {
        const { run } = start();
        expect(await run(mismatch(token), 1_000)).toEqual({ ended: "failed", seconds: 300 });
        expect(await run(mismatch(token), 1_000)).toEqual({ ended: "failed", seconds: 0 });
    });

    it("begins anew after one that ended well", async () => {
        const { run } = start();
        await run(mismatch(token), 250);
        expect(await run(mismatch(token), 250)).toMatchObject({ ended: "done" });
    });

    it("never lasts longer than the timeout", async () => {
        const { run } = start();
        expect(await run(mismatch(token), 1_000, 60)).toEqual({ ended: "failed", seconds: 60 });
    });

    it.each<[string, Error]>([
        ["a key", mismatch({ authorization: "SharedKey dev:signature" })],
        ["a SAS", mismatch({})],
        ["a source's SAS by a key", mismatch({ ...token, "x-ms-copy-source": `${source}?sp=r&sig=x` }, true)],
        ["a source's SAS that grants no reading", mismatch({ "x-ms-copy-source": `${source}?skoid=x&sp=w` }, true)],
    ])("there is none with %s, which never gains rights", async (_, error) => {
        const { run, warnings } = start();
        expect(await run(error, 100)).toEqual({ ended: "failed", seconds: 0 });
        expect(warnings).toEqual([]);
    });

    it("holds where the service reads the source by a role", async () => {
        const { run } = start();
        expect(await run(mismatch({ "x-ms-copy-source": `${source}?skoid=x&sp=r&sig=x` }, true), 20)).toMatchObject({
            ended: "done",
        });
    });
});
