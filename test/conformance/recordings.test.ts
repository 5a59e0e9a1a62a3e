import { afterAll, describe, expect, test } from "vitest";
import { explainsDeviation, RECORDING_DIFFERENCES } from "./recordings/differences";
import { recordingNames, recordingsFolder, untrue } from "./recordings/files";
import { LATER } from "./recordings/later";
import { type Deviation, replay } from "./recordings/replay";
import { readScenarios } from "./recordings/scenario";
import { report } from "./support/report";

const scenarios = readScenarios();

describe("the simulator answers as the real service was recorded to, but for the listed differences", () => {
    const found: { recording: string; operations: string[]; deviations: Deviation[] }[] = [];
    const unexplained = (deviations: readonly Deviation[]) =>
        deviations.filter((each) => !RECORDING_DIFFERENCES.some((difference) => explainsDeviation(difference, each)));

    afterAll(() => {
        report("recordings", {
            recordings: found.map(({ recording, operations, deviations }) => ({
                recording,
                operations,
                agreed: deviations.length === 0,
            })),
            unexplained: unexplained(found.flatMap(({ deviations }) => deviations)).length,
            later: LATER,
        });
    });

    test.each(scenarios.map((scenario) => [scenario.recording, scenario] as const))(
        "%s",
        async (recording, scenario) => {
            const { deviations, operations } = await replay(scenario);
            found.push({ recording, operations, deviations });
            expect(unexplained(deviations)).toEqual([]);
        },
    );

    test("every listed difference shows", () => {
        const deviations = found.flatMap((each) => each.deviations);
        const used = RECORDING_DIFFERENCES.filter((difference) =>
            deviations.some((each) => explainsDeviation(difference, each)),
        );
        expect(RECORDING_DIFFERENCES.filter((difference) => !used.includes(difference))).toEqual([]);
    });
});

const folder = recordingsFolder();

describe.skipIf(folder === undefined)("the scenarios tell what was recorded", () => {
    test("every recording has a scenario, or waits for an operation", () => {
        const told = [...scenarios.map((each) => each.recording), ...Object.keys(LATER)].sort();
        expect(told).toEqual(recordingNames(folder!));
    });

    test.each(scenarios.map((scenario) => [scenario.recording, scenario] as const))("%s", (_, scenario) => {
        expect(untrue(folder!, scenario)).toEqual([]);
    });
});
