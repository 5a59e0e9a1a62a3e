// `npm run conformance`: how true the simulator is. Runs the comparison with Azurite, the replay of what was recorded, and
// clients nobody here wrote; prints a table of operations and, as its last line, the figures as JSON. Fails if anything
// differs without a reason.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { azcopy } from "./conformance/azcopy.mjs";
import { azcopyIdentity } from "./conformance/azcopyIdentity.mjs";
import { azureCli } from "./conformance/azureCli.mjs";
import { azureCliIdentity } from "./conformance/azureCliIdentity.mjs";
import { javascript } from "./conformance/javascript.mjs";
import { python } from "./conformance/python.mjs";
import { pythonIdentity } from "./conformance/pythonIdentity.mjs";

const root = resolve(import.meta.dirname, "..");
const cache = join(root, ".cache");
const require = createRequire(join(root, "package.json"));
const { startSimulator } = require("pulumi-azure-copy/simulator");

const { azurite, recordings, passed } = runTests();
const clients = await runClients([
    javascript,
    python,
    pythonIdentity,
    azcopy,
    azcopyIdentity,
    azureCli,
    azureCliIdentity,
]);
const figures = {
    azuriteCases: azurite.cases.length,
    azuriteUnexplained: azurite.unexplained,
    azuriteUndecided: azurite.undecided,
    recordings: recordings.recordings.length,
    recordingsUnexplained: recordings.unexplained,
    clients: clients.filter((client) => client.failure === undefined).length,
};
console.table(table());
for (const { name, version, steps, failure } of clients) {
    console.log(`${name} ${version ?? ""}: ${failure === undefined ? steps.join("; ") : `FAILED: ${failure}`}`);
}
for (const [operation, names] of Object.entries(grouped(Object.entries(recordings.later)))) {
    console.log(`not replayed until ${operation} is simulated: ${names.map(([name]) => name).join(", ")}`);
}
console.log(`${figures.azuriteUndecided} listed differences are undecided: how the real service answers was not found`);
const unexplained = figures.azuriteUnexplained + figures.recordingsUnexplained;
const failed = !passed || unexplained > 0 || clients.some((client) => client.failure !== undefined);
console.log(JSON.stringify({ bench: "conformance", figures }));
process.exit(failed ? 1 : 0);

/** The tests of test/conformance, and what they reported. */
function runTests() {
    const reports = join(cache, "conformance");
    rmSync(reports, { recursive: true, force: true });
    mkdirSync(reports, { recursive: true });
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "conformance", "--reporter=dot"], {
        cwd: root,
        env: { ...process.env, CONFORMANCE_REPORTS: reports },
        stdio: ["ignore", process.stderr, process.stderr],
    });
    const read = (name) => JSON.parse(readFileSync(join(reports, `${name}.json`), "utf8"));
    return { azurite: read("azurite"), recordings: read("recordings"), passed: status === 0 };
}

/** Lets every client work on a simulator of its own. */
async function runClients(all) {
    const results = [];
    for (const client of all) {
        const simulator = await startSimulator({
            accounts: [{ name: "golden" }, { name: "dev" }],
            keepRequests: 1_000_000,
            ...client.options,
        });
        const result = { name: client.name, steps: [], operations: [] };
        try {
            Object.assign(result, await client.use({ simulator, cache, root, require }));
        } catch (error) {
            result.failure = error instanceof Error ? error.message : String(error);
        }
        // Not those by which the client's work was looked at.
        const served = simulator.requests
            .all()
            .filter(({ status, headers }) => status < 400 && client.agent.test(headers["user-agent"]));
        result.operations = [...new Set(served.map((request) => request.operation))];
        await simulator.close();
        results.push(result);
    }
    return results;
}

/** One row an operation. */
function table() {
    const names = new Set([
        ...azurite.cases.map((each) => each.operation),
        ...recordings.recordings.flatMap((each) => each.operations),
        ...clients.flatMap((client) => client.operations),
    ]);
    return [...names].sort().map((operation) => {
        const cases = azurite.cases.filter((each) => each.operation === operation);
        const replayed = recordings.recordings.filter((each) => each.operations.includes(operation));
        return {
            operation,
            ...outcomes(cases),
            "recordings agree": replayed.filter((each) => each.agreed).length,
            "but for details": replayed.filter((each) => !each.agreed).length,
            clients: clients
                .filter((client) => client.operations.includes(operation))
                .map((client) => client.name)
                .join(", "),
        };
    });
}

/** The cases counted by how they went; all that didn't agree has a reason, or the tests fail. */
function outcomes(cases) {
    const count = (outcome) => cases.filter((each) => each.outcome === outcome).length;
    return {
        "Azurite agrees": count("agreed"),
        "but for details, with reason": count("other details"),
        "but for status or code, with reason": count("other status or code"),
    };
}

/** Entries by their values. */
function grouped(entries) {
    const groups = {};
    for (const entry of entries) {
        groups[entry[1]] ??= [];
        groups[entry[1]].push(entry);
    }
    return groups;
}
