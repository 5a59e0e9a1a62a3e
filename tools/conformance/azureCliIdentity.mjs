// The Azure CLI with a login, without which it starts no incremental copy. It looks at what it did by itself: the base takes no reads.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inAnHour, withAzureCli } from "./azureCliProgram.mjs";
import { startPublicAzure } from "./publicAzure.mjs";
import { same } from "./run.mjs";

const DISK = Buffer.alloc(4096, "p");

export const azureCliIdentity = {
    name: "Azure CLI by Microsoft Entra ID",
    agent: /^(AZURECLI\/|azsdk-python-)/,
    options: { tls: true },
    async use({ simulator, cache, require }) {
        const azure = await startPublicAzure(simulator, require);
        try {
            return await withAzureCli(cache, async ({ az, home }) => {
                const accounts = await logIn({ az, home, azure, simulator });
                await copyIncrementally({ ...accounts, simulator, home });
                await cancel({ ...accounts, simulator });
                return ["logged in", "copied two snapshots incrementally", "cancelled an incremental copy"];
            });
        } finally {
            azure.close();
        }
    },
};

/** `az storage blob` of both accounts: by a key at golden, since the source is read by a SAS, and by the login at dev. */
async function logIn({ az, home, azure, simulator }) {
    const [golden, dev] = simulator.accounts;
    golden.createContainer("images");
    golden.putBlob("images", "disk.vhd", DISK, { blobType: "PageBlob" });
    dev.createContainer("seed");
    const trusted = join(home, "azure.pem");
    writeFileSync(trusted, azure.certificate);
    const env = { HTTPS_PROXY: azure.url, REQUESTS_CA_BUNDLE: trusted };

    const principal = simulator.entra.addServicePrincipal();
    dev.assignRole(principal, "Storage Blob Data Contributor");
    const { clientId, clientSecret, tenantId } = principal;
    const secret = [`--username=${clientId}`, `--password=${clientSecret}`, `--tenant=${tenantId}`];
    await az(env, "login", "--service-principal", ...secret, "--allow-no-subscriptions");

    const of = (...account) => {
        return (command, ...args) => az(env, `storage blob ${command}`, ...account, ...args);
    };
    return {
        golden: of("--account-name=golden", `--account-key=${golden.key}`),
        dev: of("--account-name=dev", "--auth-mode=login"),
    };
}

async function snapshotOf(golden) {
    const { snapshot } = JSON.parse(await golden("snapshot", "-c=images", "-n=disk.vhd"));
    const read = ["--permissions=r", `--expiry=${inAnHour()}`, "-o=tsv"];
    const sas = (await golden("generate-sas", "-c=images", "-n=disk.vhd", ...read)).trim();
    return `https://golden.blob.core.windows.net/images/disk.vhd?snapshot=${snapshot}&${sas}`;
}

async function start(dev, name, url) {
    const destination = ["--destination-container=seed", `--destination-blob=${name}`];
    const { id, status } = JSON.parse(await dev("incremental-copy start", ...destination, "--source-uri", url));
    same("status of an incremental copy that was started", status, "pending");
    return id;
}

async function copyIncrementally({ golden, dev, home }) {
    const [first, second] = [await snapshotOf(golden), await snapshotOf(golden)];
    for (const url of [first, second]) {
        await start(dev, "backup.vhd", url);
        let copy;
        do {
            copy = JSON.parse(await dev("show", "-c=seed", "-n=backup.vhd")).properties.copy;
        } while (copy.status === "pending");
        same("copy status", copy.status, "success");
        same("incremental", copy.incrementalCopy, true);
    }
    const listed = JSON.parse(await dev("list", "-c=seed", "--include=s")).filter(({ snapshot }) => snapshot);
    same("snapshots of the destination", listed.length, 2);
    for (const { snapshot } of listed) {
        await dev("download", "-c=seed", "-n=backup.vhd", `--snapshot=${snapshot}`, "-f=backup", "--no-progress");
        same(`content of ${snapshot}`, readFileSync(join(home, "backup")).equals(DISK), true);
    }
    // The CLI reads no error code here, since it expects JSON.
    const refusal = await start(dev, "backup.vhd", first).then(
        () => "none",
        ({ message }) => /earlier than the last snapshot/.exec(message)?.[0],
    );
    same("refusal of an earlier snapshot", refusal, "earlier than the last snapshot");
}

async function cancel({ golden, dev, simulator }) {
    const stalled = simulator.copies.add({ stall: true });
    const id = await start(dev, "cancelled.vhd", await snapshotOf(golden));
    stalled.remove();
    await dev("incremental-copy cancel", "-c=seed", "-n=cancelled.vhd", `--copy-id=${id}`);
    const { copy } = JSON.parse(await dev("show", "-c=seed", "-n=cancelled.vhd")).properties;
    same("cancelled incremental copy", `${copy.id} ${copy.status}`, `${id} aborted`);
}
