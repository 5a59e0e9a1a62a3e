import { expect, it } from "vitest";
import { definedThroughout } from "../../src/storage/defined";

it("leaves out what is undefined at any depth, and nothing else", () => {
    const state = {
        url: "https://dev.blob.core.windows.net/seed/orders.bak",
        contentMd5: undefined,
        legalHold: false,
        metadata: { origin: "", none: undefined },
        destinationSnapshots: [{ snapshot: "2026-01-01T00:00:00.0000000Z", sourceSnapshot: undefined }],
        source: null,
    };
    expect(definedThroughout(state)).toStrictEqual({
        url: "https://dev.blob.core.windows.net/seed/orders.bak",
        legalHold: false,
        metadata: { origin: "" },
        destinationSnapshots: [{ snapshot: "2026-01-01T00:00:00.0000000Z" }],
        source: null,
    });
});
