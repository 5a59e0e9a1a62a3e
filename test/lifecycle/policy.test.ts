// The pack as a person has it: the packed package, run by the real CLI over small programs.

import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type * as Automation from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { rules } from "../../policy/rules";
import { startSimulator } from "../../simulator";
import { openStack, type Program, pulumiEnvironment } from "../helpers/stack";
import type { Simulator } from "../helpers/storage";

const root = resolve(__dirname, "../..");
const standIn = { path: join(root, "test/helpers/standInProvider") };
const plugins = { providers: ["azure", "azure-native", "command"].map((name) => ({ name, ...standIn })) };

let home: string;
let simulator: Simulator;
let golden: string;
let dev: string;

beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "pulumi-azure-copy-policy-"));
    simulator = await startSimulator({ accounts: [{ name: "golden" }, { name: "dev" }] });
    const accounts = ["golden", "dev"].map((name) => simulator.account(name));
    accounts[0]!.createContainer("images");
    accounts[0]!.putBlob("images", "orders.bak", "what the golden account holds");
    accounts[1]!.createContainer("seed");
    [golden, dev] = accounts.map(({ connectionString }) => connectionString) as [string, string];
});

afterAll(async () => {
    await simulator.close();
    rmSync(home, { recursive: true, force: true });
});

/** What a person sees of one operation. */
interface Seen {
    readonly output: string;
    readonly failed: boolean;
    readonly violations: { policy: string; level: string; resource: string; message: string }[];
    readonly remediations: string[];
}

type RemediationEvent = Automation.EngineEvent & { policyRemediationEvent?: { policyName: string } };

let number = 0;

/** Runs a program with the installed pack. */
async function run(operation: "preview" | "up", program: Program, configuration: object = {}, pack = "policy") {
    const folder = inject("programFolder");
    const state = mkdtempSync(join(home, "stack-"));
    const test = await openStack(program, folder, state, plugins);
    const config = join(state, `config-${number++}.json`);
    writeFileSync(config, JSON.stringify(configuration));
    return {
        seen: await seenOf(test.stack, operation, join(folder, "node_modules/pulumi-azure-copy", pack), config),
        test,
    };
}

async function seenOf(
    stack: Automation.Stack,
    operation: "preview" | "up",
    pack: string,
    config: string,
): Promise<Seen> {
    const seen = { output: "", failed: false, violations: [] as Seen["violations"], remediations: [] as string[] };
    try {
        await stack[operation]({
            policyPacks: [pack],
            policyPackConfigs: [config],
            onOutput: (text) => {
                seen.output += text;
            },
            onError: (text) => {
                seen.output += text;
            },
            onEvent: (event) => {
                // The events' type lacks remediations, which the engine sends all the same.
                const { policyEvent, policyRemediationEvent } = event as RemediationEvent;
                if (policyEvent) {
                    const { policyName: policy, enforcementLevel: level, message, resourceUrn } = policyEvent;
                    seen.violations.push({ policy, level, message, resource: resourceUrn?.split("::").at(-1) ?? "" });
                }
                if (policyRemediationEvent) {
                    seen.remediations.push(policyRemediationEvent.policyName);
                }
            },
        });
    } catch {
        seen.failed = true;
    }
    return seen;
}

const shortly = ({ policy, level, resource }: Seen["violations"][number]) => `${level} ${policy} ${resource}`;

/** A copy between the simulated accounts, which is safe but for what is changed. */
const copying =
    (change: object): Program =>
    ({ copy }) => {
        new copy.BlobCopy("seed", {
            source: { connectionString: golden, containerName: "images", blobName: "orders.bak" },
            destination: { connectionString: dev, containerName: "seed", blobName: "orders.bak" },
            timeout: "1h",
            ...change,
        });
        return undefined;
    };

describe("the pack", () => {
    it("lets a safe copy pass, without a word", async () => {
        const { seen } = await run("up", copying({}));
        expect(seen.output).toContain("azure-copy-guard@v");
        expect(seen.violations).toEqual([]);
        expect(seen.failed).toBe(false);
    });

    it("stops an unsafe copy before it runs, and says why, what to do and where to read more", async () => {
        simulator.requests.clear();
        const { seen, test } = await run("up", copying({ accessTier: "Archive" }));
        expect(seen.failed).toBe(true);
        expect(seen.violations.map(shortly)).toContain("mandatory archive-tier-destination seed");
        expect(seen.output).toMatch(/\[mandatory\].*archive-tier-destination.*BlobCopy: seed/);
        expect(seen.output).toMatch(/accessTier is "Archive"\.\n\s+Why: .*\n\s+Fix: .*\n\s+More: https:/);
        expect(simulator.requests.count("Copy Blob")).toBe(0);
        expect(await test.resources()).toEqual([]);
    });

    it("goes on where the rule is set to advice", async () => {
        const { seen } = await run("preview", copying({ accessTier: "Archive" }), {
            "archive-tier-destination": "advisory",
        });
        expect(seen.violations.map(shortly)).toContain("advisory archive-tier-destination seed");
        expect(seen.failed).toBe(false);
    });

    it("takes settings", async () => {
        const program = copying({ source: "https://example.com/orders.bak", onSourceChange: "ignore" });
        const names = async (configuration: object) =>
            (await run("preview", program, { all: "disabled", ...configuration })).seen.violations.map(shortly);
        expect(await names({ "source-host-not-allowed": "mandatory" })).toEqual([
            "mandatory source-host-not-allowed seed",
        ]);
        expect(
            await names({
                "source-host-not-allowed": {
                    enforcementLevel: "mandatory",
                    allowedHosts: ["*.example.com", "example.com"],
                },
            }),
        ).toEqual([]);
        expect(await names({ "source-host-not-allowed": { enforcementLevel: "mandatory", exempt: ["s*"] } })).toEqual(
            [],
        );
    });

    it("fails on names that mean nothing, all of them at once", async () => {
        const { seen } = await run("preview", copying({}), {
            "egress-costs": "mandatory",
            "egress-cost": { limits: 3 },
        });
        expect(seen.failed).toBe(true);
        expect(seen.output).toMatch(/the policy pack's configuration has mistakes/);
        expect(seen.output).toMatch(/egress-costs is no rule; there are all, archive-tier-destination/);
        expect(seen.output).toMatch(/egress-cost\.limits is no setting; there are enforcementLevel, limit/);
        expect(seen.output).not.toMatch(/at .*settings\.js/);
    });

    it("fails on a setting with a value that it can't have", async () => {
        const { seen } = await run("preview", copying({}), {
            "egress-cost": { limit: "a lot" },
            "large-copy-without-timeout": { timeout: "24 hours" },
        });
        expect(seen.failed).toBe(true);
        expect(seen.output).toContain("egress-cost: limit: Invalid type. Expected: number, given: string");
        expect(seen.output).toContain("large-copy-without-timeout: timeout: Does not match pattern");
    });

    it("tells once what it can't decide, and finds an account whose name is not known yet", async () => {
        const program: Program = ({ pulumi, copy }) => {
            class Other extends pulumi.CustomResource {}
            const account = new Other("azure-native:storage:StorageAccount", "open", {
                location: "westeurope",
                allowBlobPublicAccess: true,
            });
            new copy.BlobCopy("seed", {
                source: "https://golden.blob.core.windows.net/images/orders.bak",
                destination: { accountName: account.id, containerName: "seed", blobName: "orders.bak" },
                onSourceChange: "ignore",
                timeout: "1h",
            });
            return undefined;
        };
        const { seen } = await run("preview", program, { all: "mandatory", "unknown-values": "advisory" });
        expect(seen.violations.map(shortly)).toContain("mandatory destination-allows-public-blobs seed");
        const undecided = seen.violations.filter(({ policy }) => policy === "unknown-values");
        expect(undecided).toHaveLength(1);
        expect(undecided[0]!.message).toContain(
            "destination.accountName is not known in this preview; pulumi up decides only once it has copied: same-destination, nested-destination, copy-cycle.",
        );
        expect(seen.output).not.toContain("can't run policy");
    });

    it("mends what can be mended, while secrets stay secret", async () => {
        const program: Program = ({ pulumi }) => {
            class Other extends pulumi.CustomResource {}
            new Other("azure:storage/blob:Blob", "seed", {
                name: "orders.bak",
                storageAccountName: "dev",
                storageContainerName: "seed",
                sourceUri: pulumi.secret("http://golden.blob.core.windows.net/images/orders.bak?sig=c2lnbmF0dXJl"),
            });
            return undefined;
        };
        const { seen, test } = await run("up", program, { all: "disabled", "http-source": "remediate" });
        expect(seen.remediations).toContain("http-source");
        expect(seen.failed).toBe(false);
        expect(seen.output).not.toContain("c2lnbmF0dXJl");
        expect(test.onDisk()).not.toContain("c2lnbmF0dXJl");
        const { deployment } = await test.stack.exportStack();
        const state = deployment.resources.find(({ type }: { type: string }) => type === "azure:storage/blob:Blob");
        expect(state.inputs.sourceUri.plaintext).toContain("https://golden.blob.core.windows.net/images/orders.bak");
    });

    it("shows no secret in any message", async () => {
        const token = "sv=1&sp=rw&se=2099-01-01T00:00:00Z&sig=c2lnbmF0dXJl";
        const program = copying({
            source: `http://golden.blob.core.windows.net/images/orders.bak?${token}`,
            destination: { accountName: "dev", containerName: "seed", blobName: "b", accountKey: "YWNjb3VudGtleQ==" },
            onSourceChange: "ignore",
        });
        const { seen } = await run("preview", program);
        expect(seen.violations.map(({ policy }) => policy).sort()).toEqual([
            "http-source",
            "sas-long-lived",
            "sas-not-https-only",
            "sas-writable",
            "secret-instead-of-entra-id",
            "secret-instead-of-entra-id",
            "unknown-region",
            "unknown-region",
        ]);
        expect(JSON.stringify(seen)).not.toMatch(/c2lnbmF0dXJl|YWNjb3VudGtleQ/);
    });
});

describe("a pack of one's own", () => {
    /** A folder with a pack, beside the installed package. */
    function packOf(source: string): string {
        const folder = mkdtempSync(join(inject("programFolder"), "pack-"));
        writeFileSync(
            join(folder, "PulumiPolicy.yaml"),
            "runtime:\n    name: nodejs\n    options: { typescript: false }\n",
        );
        writeFileSync(
            join(folder, "package.json"),
            JSON.stringify({ name: "own", version: "2.3.4", main: "index.js" }),
        );
        writeFileSync(join(folder, "index.js"), source);
        return join("../..", folder.split("/").at(-1)!);
    }

    it("sets the rules in code", async () => {
        const pack = packOf(`
            const { AzureCopyGuard } = require("pulumi-azure-copy/policy");
            new AzureCopyGuard("house-rules", { all: "disabled", earlyDeletionFee: { enforcementLevel: "mandatory", exempt: ["other"] } });
        `);
        const program = copying({ accessTier: "Cool", overwrite: "always" });
        const { seen } = await run("preview", program, {}, pack);
        expect(seen.output).toContain("house-rules@v2.3.4");
        expect(seen.violations.map(shortly)).toEqual(["mandatory early-deletion-fee seed"]);
        const { seen: lenient } = await run("preview", program, { "early-deletion-fee": "disabled" }, pack);
        expect(lenient.violations).toEqual([]);
    });

    it("fails on arguments that mean nothing", async () => {
        const pack = packOf(`
            const { AzureCopyGuard } = require("pulumi-azure-copy/policy");
            new AzureCopyGuard({ egressCosts: "mandatory" });
        `);
        const { seen } = await run("preview", copying({}), {}, pack);
        expect(seen.failed).toBe(true);
        expect(seen.output).toContain("egress-costs is no rule; there are all, archive-tier-destination");
    });

    it("is built from rules of one's own and the package's", async () => {
        const pack = packOf(`
            const { PolicyPack } = require("@pulumi/policy");
            const { azureCopyPolicies, defineRule, known, rules } = require("pulumi-azure-copy/policy");
            const seedOnly = defineRule({
                name: "seed-only", description: "Copies go to a container called data.", reason: "R.", fix: "F.", url: "https://example.com",
                enforcementLevel: "mandatory", severity: "low", settings: {}, reads: ["destination"],
                *checkCopy(copy) {
                    if (known(copy.destination.containerName) !== "data") yield "destination is elsewhere";
                },
            });
            new PolicyPack("own", { policies: azureCopyPolicies([seedOnly, ...rules]) });
        `);
        const { seen } = await run("preview", copying({}), {}, pack);
        expect(seen.violations.map(shortly)).toEqual(["mandatory seed-only seed"]);
        expect(seen.output).toContain("destination is elsewhere.");
    });
});

describe("the examples", () => {
    /** Previews an example as it is told to, and returns what the CLI prints. */
    async function preview(name: string, settings: Record<string, string> = {}, ...options: string[]) {
        const folder = mkdtempSync(join(inject("programFolder"), `${name}-`));
        cpSync(join(root, "examples", name), folder, {
            recursive: true,
            filter: (path) => !path.includes("node_modules"),
        });
        const project = { name, runtime: "nodejs", plugins };
        writeFileSync(join(folder, "Pulumi.yaml"), JSON.stringify(project));
        const env = { ...process.env, ...pulumiEnvironment(mkdtempSync(join(home, "example-"))) };
        // Not execFileSync: the simulator answers from this process.
        const pulumi = (...args: string[]) =>
            new Promise<{ output: string; status: number }>((done) => {
                execFile("pulumi", args, { cwd: folder, env }, (error, stdout, stderr) =>
                    done({ output: stdout + stderr, status: Number(error?.code ?? 0) }),
                );
            });
        await pulumi("stack", "init", "test");
        for (const [key, value] of Object.entries(settings)) {
            await pulumi("config", "set", "--secret", key, value);
        }
        const pack = join(inject("programFolder"), "node_modules/pulumi-azure-copy/policy");
        return pulumi("preview", "--non-interactive", "--policy-pack", pack, ...options);
    }

    /** The rules that the CLI told of, with the resource. */
    const told = (output: string) =>
        [...output.matchAll(/- \[(?:mandatory|advisory)\].*?\s{2}(\S+)\s+\(\S+: (\S+)\)/g)].map(
            ([, rule, name]) => `${rule} ${name}`,
        );

    it("policy-violations shows every rule's message, once, on the resource that is named after it", async () => {
        const { output, status } = await preview("policy-violations", {}, "--policy-pack-config", "policy-config.json");
        expect(status).not.toBe(0);
        expect(told(output).sort(), output).toEqual(rules.map(({ name }) => `${name} ${name}`).sort());
    });
});
