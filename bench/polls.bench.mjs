// How many looks at a pending copy it takes to notice its end, and how late that is: ours where the service reports progress
// and where it reports none, beside the poller of the Azure SDK at its default interval. Real requests to the simulator,
// whose clock is turned instead of waiting.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(join(root, "package.json"));
const { BlobServiceClient } = require("@azure/storage-blob");
const { generated, ManualClock, startSimulator } = require("pulumi-azure-copy/simulator");
const { startCopy } = require(join(root, "dist/src/copy/start.js"));
const { waitForCopy } = require(join(root, "dist/src/copy/wait.js"));

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Seconds, by name. */
const durations = {
    "1 s": 1,
    "2 s": 2,
    "5 s": 5,
    "10 s": 10,
    "30 s": 30,
    "1 min": minute,
    "5 min": 5 * minute,
    "1 h": hour,
    "6 h": 6 * hour,
    "1 d": day,
    "3 d": 3 * day,
    "7 d": 7 * day,
    "14 d": 14 * day,
};

/** Between the round ones, so that no schedule shines by luck: from 1 s to 14 d, evenly by magnitude. */
const others = Array.from({ length: 100 }, (_, index) => Math.round(1000 * (14 * day) ** (index / 100)) / 1000);

/** The SDK's poller makes 240 requests an hour: beyond this it is computed. */
const longestDriven = day;

const sdkInterval = 15;

export async function bench() {
    const rows = [];
    const ours = { steps: [], none: [] };
    const sdk = [];
    for (const [name, seconds] of Object.entries(durations)) {
        const withProgress = await drive(seconds, "steps", waitOurWay);
        const without = await drive(seconds, "none", waitOurWay);
        const poller = await sdksPoller(seconds);
        ours.steps.push(withProgress);
        ours.none.push(without);
        sdk.push(poller);
        rows.push({
            "copy of": name,
            "polls, progress reported": withProgress.polls,
            "noticed after": readable(withProgress.delay),
            "polls, none reported": without.polls,
            "noticed after ": readable(without.delay),
            "polls, SDK's poller": `${poller.polls}${poller.computed ? " (computed)" : ""}`,
            "noticed after  ": readable(poller.delay),
        });
    }
    for (const seconds of others) {
        ours.steps.push(await drive(seconds, "steps", waitOurWay));
        ours.none.push(await drive(seconds, "none", waitOurWay));
    }
    const most = (results, key) => Math.max(...results.map((result) => result[key]));
    rows.push({
        "copy of": `the worst of these and ${others.length} others`,
        "polls, progress reported": most(ours.steps, "polls"),
        "noticed after": `${Math.round(100 * most(ours.steps, "lateness"))} % of what is allowed`,
        "polls, none reported": most(ours.none, "polls"),
        "noticed after ": `${Math.round(100 * most(ours.none, "lateness"))} % of what is allowed`,
        "polls, SDK's poller": `${most(sdk, "polls")} (computed)`,
        "noticed after  ": `${Math.round(100 * most(sdk, "lateness"))} % of what is allowed`,
    });
    return {
        rows,
        figures: {
            maxPolls: most(ours.steps, "polls"),
            maxLateness: rounded(most(ours.steps, "lateness")),
            maxPollsWithoutProgress: most(ours.none, "polls"),
            maxLatenessWithoutProgress: rounded(most(ours.none, "lateness")),
            maxPollsSdkDriven: most(
                sdk.filter(({ computed }) => !computed),
                "polls",
            ),
            maxPollsSdkComputed: most(sdk, "polls"),
            maxLatenessSdk: rounded(most(sdk, "lateness")),
        },
    };
}

/** Copies between two simulated accounts, and counts what is asked until the end is noticed. */
async function drive(seconds, progress, wait) {
    const clock = new ManualClock();
    const simulator = await startSimulator({
        accounts: [{ name: "golden", allowBlobPublicAccess: true }, { name: "dev" }],
        clock,
        keepRequests: 1_000_000,
    });
    try {
        const golden = simulator.account("golden");
        golden.createContainer("images", { publicAccess: "blob" });
        golden.putBlob("images", "orders.bak", generated({ length: 2 ** 40 }));
        simulator.account("dev").createContainer("seed");
        simulator.copies.add({ seconds, progress });
        const destination = BlobServiceClient.fromConnectionString(simulator.account("dev").connectionString)
            .getContainerClient("seed")
            .getBlobClient("orders.bak");
        const started = clock.now();
        await wait(destination, `${golden.blobEndpoint}/images/orders.bak`, clock);
        const looks = simulator.requests.of("Get Blob Properties");
        return result(seconds, looks.length, (looks.at(-1).time.getTime() - started) / 1000 - seconds);
    } finally {
        await simulator.close();
    }
}

async function waitOurWay(destination, source, clock) {
    const { copyId } = await startCopy(destination, source, {});
    const { copyStatus } = await waitForCopy(destination, {
        copyId,
        clock: { now: () => new Date(clock.now()), sleep: async (milliseconds) => clock.advance(milliseconds) },
        signal: new AbortController().signal,
        deadline: new Date(clock.now() + 30 * day * 1000),
        what: "a copy",
        progress: () => {},
    });
    assertSuccess(copyStatus);
}

/** The SDK's own poller, of which nothing is replaced but the waiting for its interval to pass. */
async function waitSdksWay(destination, source, clock) {
    const poller = await destination.beginCopyFromURL(source);
    if (poller.intervalInMs !== sdkInterval * 1000) {
        throw new Error(`the SDK's interval is ${poller.intervalInMs} ms by default, not ${sdkInterval} s`);
    }
    poller.delay = async () => clock.advance(poller.intervalInMs);
    const { copyStatus } = await poller.pollUntilDone();
    assertSuccess(copyStatus);
}

/** Really driven where that is soon done, which also shows that what is computed for the rest is right. */
async function sdksPoller(seconds) {
    const computed = computeSdk(seconds);
    if (seconds > longestDriven) {
        return computed;
    }
    const driven = await drive(seconds, "steps", waitSdksWay);
    if (driven.polls !== computed.polls || driven.delay !== computed.delay) {
        throw new Error(`the SDK's poller took ${JSON.stringify(driven)}, computed were ${JSON.stringify(computed)}`);
    }
    return driven;
}

/** A poll at once, then one at each interval. */
function computeSdk(seconds) {
    const intervals = Math.ceil(seconds / sdkInterval);
    return { ...result(seconds, intervals + 1, intervals * sdkInterval - seconds), computed: true };
}

/** A lateness of 1 is the most that is allowed: 2 s, or a tenth of the copy's duration. */
function result(seconds, polls, delay) {
    return { polls, delay, lateness: delay / Math.max(2, seconds / 10) };
}

function assertSuccess(copyStatus) {
    if (copyStatus !== "success") {
        throw new Error(`a copy that was to succeed ended as ${copyStatus}`);
    }
}

function rounded(value) {
    return Number(value.toFixed(3));
}

function readable(seconds) {
    const units = [
        [day, "d"],
        [hour, "h"],
        [minute, "min"],
    ];
    const [size, unit] = units.find(([least]) => seconds >= least) ?? [1, "s"];
    return `${(seconds / size).toFixed(1)} ${unit}`;
}
