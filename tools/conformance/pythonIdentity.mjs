// The Azure SDK for Python with azure-identity, against accounts that take no keys.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { pythonWith } from "./virtualEnvironment.mjs";

const VERSION = "1.25.1";
const STORAGE = "azure-storage-blob==12.31.1";

/** A simulator whose accounts take no keys. */
export const identityOptions = {
    tls: true,
    accounts: ["golden", "dev"].map((name) => ({ name, allowSharedKeyAccess: false })),
};

export const pythonIdentity = {
    name: "Python SDK by Microsoft Entra ID",
    agent: /^azsdk-python-/,
    options: identityOptions,
    async use({ simulator, cache, require }) {
        const program = await pythonWith("azure-identity", VERSION, join(cache, "clients/pythonIdentity"), [STORAGE]);
        const [golden, dev] = simulator.accounts;
        golden.createContainer("images");
        golden.putBlob("images", "orders.bak", "hello");
        dev.createContainer("seed");
        const { entra, certificateFile } = simulator;
        const made = await require("selfsigned").generate(undefined, { algorithm: "sha256" });
        const certificate = `${certificateFile}.pem`;
        writeFileSync(certificate, `${made.private}\n${made.cert}`);
        const federatedCredential = { issuer: "https://oidc.example.com/", subject: "deployer" };
        const tokenFile = `${certificateFile}.token`;
        writeFileSync(tokenFile, entra.federatedToken(federatedCredential));

        const secret = entra.addServicePrincipal();
        const certified = entra.addServicePrincipal({ certificate: made.cert });
        const federated = entra.addServicePrincipal({ federatedCredential });
        const identity = entra.addManagedIdentity();
        for (const principal of [secret, certified, federated, identity]) {
            golden.assignRole(principal, "Storage Blob Data Reader");
        }
        dev.assignRole(secret, "Storage Blob Data Contributor");
        const script = join(import.meta.dirname, "identity.py");
        const { clientId } = certified;
        const args = [golden.blobEndpoint, dev.blobEndpoint, certificate, tokenFile, clientId, federated.clientId];
        const environment = { ...entra.environment(identity), ...entra.environment(secret) };
        const output = await run(program, [script, ...args], {
            env: { ...process.env, ...environment, REQUESTS_CA_BUNDLE: certificateFile },
        });
        return { version: VERSION, steps: output.trim().split("\n") };
    },
};
