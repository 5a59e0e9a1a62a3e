import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { elementNames, NOT_RECORDED, type Scenario, type ScenarioStep } from "./scenario";

/** The part of a recording file that scenarios are held against. */
interface Recording {
    readonly interactions: readonly {
        readonly response: {
            readonly status: number | null;
            readonly headers: Readonly<Record<string, string>> | null;
            readonly body?: string | null;
        };
    }[];
}

/** Where the recordings are, if they are on this machine: RECORDINGS, or `shared/recordings` beside the repository. */
export function recordingsFolder(): string | undefined {
    const beside = join(__dirname, "../../../../shared/recordings");
    return [process.env.RECORDINGS, beside].find((folder) => folder !== undefined && existsSync(folder));
}

/** The names of the recordings in a folder. */
export function recordingNames(folder: string): string[] {
    return readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => file.slice(0, -".json".length))
        .sort();
}

/** What a scenario tells otherwise than its recording. */
export function untrue(folder: string, scenario: Scenario): string[] {
    const text = readFileSync(join(folder, `${scenario.recording}.json`), "utf8");
    const { interactions } = JSON.parse(text) as Recording;
    const sayOf = scenario.steps.some((step) => step.of !== undefined);
    const told = new Map(scenario.steps.map((step, index) => [sayOf ? step.of : index, step]));
    const wrong = interactions.flatMap(({ response }, index) => {
        const step = told.get(index);
        return step ? untrueStep(step, response).map((each) => `exchange ${index}: ${each}`) : [`no step for ${index}`];
    });
    const tooMany = [...told.keys()].filter((index) => index !== undefined && index >= interactions.length);
    return [...wrong, ...tooMany.map((index) => `no exchange ${index}`)];
}

function untrueStep(step: ScenarioStep, response: Recording["interactions"][number]["response"]): string[] {
    const recorded = response.headers ?? {};
    const claims: [what: string, told: unknown, recorded: unknown][] = [
        ["status", step.status ?? null, response.status],
        ["code", step.code, recorded["x-ms-error-code"]],
        ["headers", headerNames(step), without(Object.keys(recorded))],
    ];
    for (const [name, value] of Object.entries(step.values ?? {})) {
        if (!value.startsWith("$")) {
            claims.push([name, value, recorded[name]]);
        }
    }
    if (step.elements) {
        claims.push(["elements", step.elements.join(" "), elementNames(response.body ?? "").join(" ")]);
    }
    return claims
        .filter(([, told, value]) => told !== value)
        .map(([what, told, value]) => `${what} is told as ${told}, recorded as ${value}`);
}

function headerNames(step: ScenarioStep): string {
    return without([...step.has, ...Object.keys(step.values ?? {})]);
}

function without(names: readonly string[]): string {
    return names
        .filter((name) => !NOT_RECORDED.includes(name))
        .sort()
        .join(" ");
}
