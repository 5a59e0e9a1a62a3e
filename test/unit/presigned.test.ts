import { describe, expect, it } from "vitest";
import { redact, Secrets } from "../../common/redact";
import { resolveAddress, sameAddress } from "../../src/storage/address";
import { type CloudObject, cloudObjectUrl } from "../../src/storage/cloudObject";
import { secretsOf } from "../../src/storage/credential";
import { missingLibraries } from "../../src/storage/optionalLibrary";
import { presignedUrl } from "../../src/storage/presigned";
import { redactUrl } from "../../src/storage/url";
import { serviceAccount } from "../helpers/googleCloudStorage";

const { signal } = new AbortController();
const key = { accessKeyId: "AKIAQ3EGEXAMPLE0KEYS", secretAccessKey: "qBzH7xUnc8/pVn3yT+0dWm5kLs2Rf9EaJg4tXo6i" };
const { credentials } = serviceAccount();

const objects: CloudObject[] = [
    { vendor: "s3", location: { bucket: "backups", key: "2026/orders (1)+é?#.bak", region: "eu-west-1", ...key } },
    { vendor: "s3", location: { bucket: "my.backups", key: "k", versionId: "v/1", region: "us-east-1", ...key } },
    { vendor: "s3", location: { bucket: "backups", key: "k", region: "cn-north-1", ...key } },
    { vendor: "googleCloudStorage", location: { bucket: "backups", object: "2026/orders (1)+é?#.bak", credentials } },
    { vendor: "googleCloudStorage", location: { bucket: "my.backups", object: "o", generation: "17", credentials } },
];

describe.each(objects)("a presigned URL of $vendor for $location.bucket", (object) => {
    const location = { [object.vendor]: object.location };

    it("leads to the vendor, lasts a week at most, and is recognized without its query", async () => {
        const url = new URL(await presignedUrl(object, 14 * 86_400_000, signal));
        expect(url.hostname).toMatch(/\.amazonaws\.com(\.cn)?$|^storage\.googleapis\.com$/);
        expect(url.searchParams.get("X-Amz-Expires") ?? url.searchParams.get("X-Goog-Expires")).toBe("604800");
        expect(sameAddress({ kind: "other", url: redactUrl(url.href) }, resolveAddress(location)!)).toBe(true);
    });

    it("leaves nothing secret in a text", async () => {
        const url = await presignedUrl(object, 60_000, signal);
        const told = redact(`copying ${url} with ${JSON.stringify(location)}`, new Secrets(secretsOf(location)));
        const signature =
            new URL(url).searchParams.get("X-Amz-Signature") ?? new URL(url).searchParams.get("X-Goog-Signature");
        for (const secret of [signature!, key.accessKeyId, key.secretAccessKey, JSON.parse(credentials).private_key]) {
            expect(told).not.toContain(secret);
            expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
        }
        expect(told).toContain(redactUrl(url).split("?")[0]);
    });

    it("fails where it is too long for the service", async () => {
        const long = "é".repeat(400);
        const named = {
            ...object,
            location: { ...object.location, key: long, object: long },
        } as unknown as CloudObject;
        await expect(presignedUrl(named, 60_000, signal)).rejects.toThrow(
            `could not copy ${cloudObjectUrl(named)}: its presigned URL has `,
        );
    });
});

describe("missing libraries", () => {
    const installed = (names: string[]) => (name: string) => {
        if (!names.includes(name)) {
            throw new Error(`Cannot find module '${name}'`);
        }
    };

    it("are told with the command that installs them", () => {
        expect(missingLibraries("googleCloudStorage", installed([]))).toBe(
            "needs @google-cloud/storage to make a presigned URL; run npm install @google-cloud/storage in the program's folder",
        );
        expect(missingLibraries("s3", installed(["@aws-sdk/client-s3"]))).toContain(
            "run npm install @aws-sdk/s3-request-presigner in",
        );
    });

    it("are none where all are there", () => {
        expect(missingLibraries("s3")).toBeUndefined();
        expect(missingLibraries("googleCloudStorage")).toBeUndefined();
    });
});
