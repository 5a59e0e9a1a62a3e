// AzCopy as a managed identity: it authorizes both ends by tokens, the source by x-ms-copy-source-authorization.

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installAzcopy } from "./azcopyProgram.mjs";
import { identityOptions } from "./pythonIdentity.mjs";
import { run, same } from "./run.mjs";

const BLOBS = 20;

export const azcopyIdentity = {
    name: "AzCopy by Microsoft Entra ID",
    agent: /^AzCopy\//,
    options: identityOptions,
    async use({ simulator, cache }) {
        const [golden, dev] = simulator.accounts;
        golden.createContainer("images");
        dev.createContainer("images");
        for (let index = 0; index < BLOBS; index++) {
            golden.putBlob("images", `blob ${index}`, "hello".repeat(1000 * index));
        }
        const identity = simulator.entra.addManagedIdentity();
        golden.assignRole(identity, "Storage Blob Data Reader");
        dev.assignRole(identity, "Storage Blob Data Contributor");
        const home = mkdtempSync(join(cache, "azcopy-"));
        try {
            const { program, env } = await installAzcopy(cache, home);
            const login = { AZCOPY_AUTO_LOGIN_TYPE: "MSI", SSL_CERT_FILE: simulator.certificateFile };
            const trusted = `--trusted-microsoft-suffixes=${new URL(simulator.url).host}`;
            const [from, to] = [golden, dev].map(({ blobEndpoint }) => `${blobEndpoint}/images`);
            const options = ["--from-to=BlobBlob", "--recursive", "--as-subdir=false", trusted, "--skip-version-check"];
            await run(program, ["copy", from, to, ...options], {
                env: { ...env, ...login, ...simulator.entra.environment(identity) },
            });
            const copies = simulator.requests.of("Put Blob From URL").filter(({ status }) => status === 201);
            const byToken = copies.filter(({ headers }) => "x-ms-copy-source-authorization" in headers);
            same("blobs copied with a bearer token for the source", byToken.length, BLOBS);
            const version = /version (\S+)/.exec(await run(program, ["--version"], { env }))?.[1];
            return { version, steps: [`copied ${BLOBS} blobs as a managed identity, without any SAS`] };
        } finally {
            rmSync(home, { recursive: true, force: true });
        }
    },
};
