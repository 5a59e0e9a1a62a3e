import { defineConfig } from "vitest/config";

// One project a folder of test/, so that `npx vitest run --project unit` runs one kind alone.
export default defineConfig({
    test: {
        // Most of the time goes to the Pulumi CLI's processes, so that every core may have a file of its own.
        maxWorkers: "100%",
        projects: [
            { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
            { test: { name: "simulator", include: ["test/simulator/**/*.test.ts"], testTimeout: 30_000 } },
            {
                test: {
                    name: "conformance",
                    include: ["test/conformance/**/*.test.ts"],
                    testTimeout: 120_000,
                    hookTimeout: 120_000,
                },
            },
            { test: { name: "copy", include: ["test/copy/**/*.test.ts"], testTimeout: 30_000 } },
            { test: { name: "provider", include: ["test/provider/**/*.test.ts"], testTimeout: 30_000 } },
            {
                test: {
                    name: "policy",
                    include: ["test/policy/**/*.test.ts"],
                    // Pulumi's SDK takes seconds to load, and no test here leaves anything behind in it.
                    isolate: false,
                },
            },
            {
                test: {
                    name: "lifecycle",
                    include: ["test/lifecycle/**/*.test.ts"],
                    globalSetup: ["test/helpers/packedPackage.ts"],
                    testTimeout: 240_000,
                    hookTimeout: 240_000,
                },
            },
        ],
    },
});
