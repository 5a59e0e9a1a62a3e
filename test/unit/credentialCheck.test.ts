import { describe, expect, it } from "vitest";
import { checkLocation } from "../../src/provider/checkLocation";
import { Failures } from "../../src/provider/failures";
import { unknownValue } from "../../src/provider/unknown";
import { secretsOf } from "../../src/storage/credential";
import type { BlobLocation, EntraIdCredential } from "../../src/storage/location";

const tenantId = "fab12ca0-0000-4000-8000-000000000002";
const clientId = "aaaaaaaa-0000-4000-8000-000000000001";
const principal = { type: "servicePrincipal", tenantId, clientId } as const;

/** What check says of a credential, each as one line. */
function failures(credential: unknown, more: Partial<BlobLocation> = {}, end: "source" | "destination" = "source") {
    const found = new Failures();
    const location = { accountName: "contoso", containerName: "images", blobName: "a", ...more };
    checkLocation(found, end, { ...location, credential: credential as EntraIdCredential }, new Date());
    return found.all.map(({ property, reason }) => `${property} ${reason}`);
}

describe("a location's credential", () => {
    it.each<[string, unknown]>([
        ["default", { type: "default" }],
        ["default with a tenant", { type: "default", tenantId: "contoso.onmicrosoft.com" }],
        ["a managed identity", { type: "managedIdentity" }],
        ["a user-assigned managed identity", { type: "managedIdentity", clientId }],
        ["one by its resource ID", { type: "managedIdentity", resourceId: "/subscriptions/1/identity" }],
        ["a workload identity", { type: "workloadIdentity", tenantId, clientId, tokenFilePath: "/token" }],
        ["a service principal with a secret", { ...principal, clientSecret: "secret" }],
        ["one with a certificate", { ...principal, certificatePath: "a.pem", certificatePassword: "secret" }],
        ["the Azure CLI", { type: "azureCli", tenantId }],
        ["anonymous", { type: "anonymous" }],
        ["one that is not known yet", unknownValue],
        ["one with parts that are not known yet", { ...principal, clientId: unknownValue, clientSecret: unknownValue }],
    ])("may be %s", (_, credential) => {
        expect(failures(credential)).toEqual([]);
    });

    it.each<[unknown, string]>([
        ["azureCli", "source.credential must be an object with a type"],
        [
            { type: "password" },
            'source.credential.type must be one of default, managedIdentity, workloadIdentity, servicePrincipal, azureCli, anonymous (got "password")',
        ],
        [
            { type: "azureCli", clientSecret: "hidden" },
            "source.credential.clientSecret is no part of a credential of type azureCli; allowed beside the type are tenantId",
        ],
        [
            { type: "anonymous", tenantId },
            "source.credential.tenantId is no part of a credential of type anonymous; it takes nothing else",
        ],
        [
            { type: "servicePrincipal", tenantId, clientSecret: "hidden" },
            "source.credential.clientId is missing; a credential of type servicePrincipal needs it",
        ],
        [principal, "source.credential lacks clientSecret or certificatePath"],
        [
            { ...principal, clientSecret: "hidden", certificatePath: "a.pem" },
            "source.credential.certificatePath contradicts clientSecret; give one of them",
        ],
        [
            { ...principal, clientSecret: "hidden", certificatePassword: "hidden" },
            "source.credential.certificatePassword is of no use without certificatePath",
        ],
        [
            { type: "managedIdentity", clientId: "deployer" },
            'source.credential.clientId must be an application\'s ID, such as 00000000-0000-0000-0000-000000000000 (got "deployer")',
        ],
        [{ ...principal, clientSecret: 12345678 }, "source.credential.clientSecret must be a text that is not empty"],
    ])("%j is refused", (credential, words) => {
        expect(failures(credential)).toEqual([words]);
    });

    it("goes with no other one, with https only, and to a destination with rights only", () => {
        const credential = { type: "azureCli" };
        expect(failures(credential, { sasToken: "sig=x&sp=r" })).toEqual([
            "source.credential contradicts sasToken; give one way to authorize",
        ]);
        const endpoint = "http://127.0.0.1:10000/contoso";
        expect(failures(credential, { endpoint })).toEqual([
            `source.credential needs an https endpoint, since tokens travel over https only (got "${endpoint}")`,
        ]);
        expect(failures({ type: "anonymous" }, { endpoint })).toEqual([]);
        expect(failures({ type: "anonymous" }, {}, "destination")).toEqual([
            'destination.credential.type can\'t write; give a credential that may (got "anonymous")',
        ]);
    });

    it("has secrets, which are redacted", () => {
        const credential = { ...principal, clientSecret: "one secret", certificatePassword: "another" };
        expect(secretsOf({ credential })).toEqual(["one secret", "another"]);
    });
});
