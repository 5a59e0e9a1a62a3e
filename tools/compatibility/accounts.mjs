// The simulated storage accounts that all cells copy between.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve(import.meta.dirname, "../../package.json"));
const { startSimulator } = require("pulumi-azure-copy/simulator");
const { BlobServiceClient } = require("@azure/storage-blob");

const content = "orders, as they were backed up";
export const contentMd5 = createHash("md5").update(content).digest("base64");

/**
 * Accounts golden and dev over https, and the config with which a stack reaches them: a service principal, and, for the resource that is given them,
 * connection strings.
 */
export async function startAccounts() {
    const simulator = await startSimulator({ accounts: [{ name: "golden" }, { name: "dev" }], tls: true });
    const [golden, dev] = ["golden", "dev"].map((name) => simulator.account(name));
    golden.createContainer("images");
    golden.putBlob("images", "orders.bak", content, { contentMd5 });
    dev.createContainer("seed");
    const principal = simulator.entra.addServicePrincipal();
    golden.assignRole(principal, "Storage Blob Data Reader");
    dev.assignRole(principal, "Storage Blob Data Contributor");
    const tlsOptions = { ca: simulator.certificate };
    const seed = BlobServiceClient.fromConnectionString(dev.connectionString, { tlsOptions }).getContainerClient(
        "seed",
    );
    const secrets = {
        "azure-copy:clientSecret": principal.clientSecret,
        golden: golden.connectionString,
        dev: dev.connectionString,
    };
    return {
        simulator,
        /** The file with the certificate that programs must trust. */
        certificateFile: simulator.certificateFile,
        plain: {
            "azure-copy:tenantId": principal.tenantId,
            "azure-copy:clientId": principal.clientId,
            "azure-copy:activeDirectoryAuthorityHost": simulator.entra.authorityHost,
            "azure-copy:disableInstanceDiscovery": "true",
            goldenEndpoint: golden.blobEndpoint,
            devEndpoint: dev.blobEndpoint,
        },
        secrets,
        /** What must stand nowhere in plain text. */
        secretTexts: [principal.clientSecret, golden.key, dev.key],
        /** A blob at the destination as anybody sees it: through the Azure SDK. */
        blob: (name) => seed.getBlobClient(name),
        /** Deletes what a stack has left that was not destroyed. */
        async empty() {
            for await (const { name } of seed.listBlobsFlat()) await seed.deleteBlob(name);
        },
    };
}
