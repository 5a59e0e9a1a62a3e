import { onTestFinished, vi } from "vitest";
import { configure } from "../../src/provider/host";
import { configureStack } from "../../src/storage/stackSettings";

/** Gives this process a stack with a config, as the engine's host does it, and of ARM_* and AZURE_* variables no others than these, until the test ends. */
export async function useStack(
    config: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>> = {},
): Promise<void> {
    for (const name of Object.keys(process.env).filter((one) => /^(?:ARM|AZURE|ACTIONS_ID)_/.test(one))) {
        vi.stubEnv(name, undefined);
    }
    for (const [name, value] of Object.entries(environment)) {
        vi.stubEnv(name, value);
    }
    await configure("BlobCopy", { config: { get: (key) => config[key], rawConfig: config } });
    onTestFinished(() => {
        vi.unstubAllEnvs();
        configureStack();
    });
}
