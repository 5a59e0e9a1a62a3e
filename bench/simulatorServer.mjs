// The simulator in a process of its own: what it costs is this process's cost alone. Its argument: options of startSimulator in JSON.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { startSimulator } = createRequire(join(root, "package.json"))("pulumi-azure-copy/simulator");
const simulator = await startSimulator({
    accounts: [{ name: "golden" }, { name: "dev" }],
    copySeconds: 1_000_000,
    keepRequests: 100,
    ...JSON.parse(process.argv[2] ?? "{}"),
});
const [golden, dev] = simulator.accounts;
golden.createContainer("images");
dev.createContainer("images");

process.on("message", ({ generate, report }) => {
    if (generate) {
        golden.createContainer("many", {
            generated: {
                count: generate,
                name: (index) =>
                    `folder-${String(index >> 10).padStart(4, "0")}/blob-${String(index).padStart(7, "0")}`,
                content: (index) => `content of blob ${index}`,
            },
        });
        process.send({});
    }
    if (report) {
        process.send({ maxRssMb: process.resourceUsage().maxRSS / 1024, cpuSeconds: cpuSeconds() });
    }
});
process.on("disconnect", () => process.exit());
process.send({ golden: { ...golden }, dev: { ...dev } });

function cpuSeconds() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
}
