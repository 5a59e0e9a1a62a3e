import { defineConfig } from "vitest/config";

// What ends a test that hangs, not what a test may take: on a busy machine each takes many times as long.
const patience = { testTimeout: 300_000, hookTimeout: 300_000 };
/** A test that starts the Pulumi CLI many times. */
const longPatience = { testTimeout: 1_200_000, hookTimeout: 1_200_000 };

// One project a folder of test/, so that `npx vitest run --project unit` runs one kind alone.
export default defineConfig({
    test: {
        // Most of the time goes to the Pulumi CLI's processes, so that every core may have a file of its own.
        maxWorkers: "100%",
        projects: [
            ...["unit", "simulator", "conformance", "copy", "provider"].map((name) => ({
                test: { name, include: [`test/${name}/**/*.test.ts`], ...patience },
            })),
            {
                test: {
                    name: "policy",
                    include: ["test/policy/**/*.test.ts"],
                    // Pulumi's SDK takes seconds to load, and no test here leaves anything behind in it.
                    isolate: false,
                    ...patience,
                },
            },
            {
                test: {
                    name: "lifecycle",
                    include: ["test/lifecycle/**/*.test.ts"],
                    globalSetup: ["test/helpers/packedPackage.ts"],
                    ...longPatience,
                },
            },
        ],
    },
});
