import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { trusted } from "../simulator/support/certificate";

/** Lets the CLI's processes trust the simulated accounts' certificate, until the test ends. */
export function trustCertificate(): void {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-certificate-"));
    const path = join(folder, "certificate.pem");
    writeFileSync(path, trusted().cert);
    vi.stubEnv("NODE_EXTRA_CA_CERTS", path);
    onTestFinished(() => {
        vi.unstubAllEnvs();
        rmSync(folder, { recursive: true });
    });
}
