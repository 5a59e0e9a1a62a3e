import type { Deviation } from "./replay";

/** A known way in which the simulator answers otherwise than a recording, and why that is right or left so. */
export interface RecordingDifference {
    /** The recordings in which it shows. @default any */
    readonly recordings?: RegExp;
    /** `status`, `code`, `header …`, `value …` or `elements`. */
    readonly aspect: string | RegExp;
    /** Whether it is the recorded answer alone that has it, or the simulator's alone; undefined for other values. */
    readonly only?: "recorded" | "simulated";
    /** For `elements`: the ones that make the difference. */
    readonly elements?: string;
    readonly why: string;
}

export const RECORDING_DIFFERENCES: readonly RecordingDifference[] = [
    {
        aspect: "header x-ms-tag-count",
        only: "recorded",
        why: "a count of 0 was told in May 2019, while tags were being introduced; recordings from 2020 on tell no count of 0",
    },
    {
        aspect: "elements",
        elements: "TagCount",
        only: "recorded",
        why: "a count of 0 was told in May 2019, while tags were being introduced; recordings from 2020 on tell no count of 0",
    },
    {
        aspect: "header vary",
        only: "simulated",
        why: "Vary: Origin depends on the account's CORS settings; most of the recorded accounts answer with it",
    },
    {
        recordings: /^(copy_blob_sync_source_conditions|put_blob_from_url_conditions)$/,
        aspect: "header content-length",
        only: "recorded",
        why: "two recordings of 304 have Content-Length: 0, three have none; HTTP has no body in either case",
    },
];

/** Whether a deviation is what the difference describes. */
export function explainsDeviation(difference: RecordingDifference, deviation: Deviation): boolean {
    const { recordings, aspect, only, elements } = difference;
    if (recordings && !recordings.test(deviation.recording)) {
        return false;
    }
    if (aspect instanceof RegExp ? !aspect.test(deviation.aspect) : aspect !== deviation.aspect) {
        return false;
    }
    const { recorded, simulated } = deviation;
    if (elements !== undefined) {
        const [more, fewer] = only === "recorded" ? [recorded, simulated] : [simulated, recorded];
        const extra = (more ?? "").split(" ").filter((name) => !(fewer ?? "").split(" ").includes(name));
        return (
            extra.join(" ") === elements && more!.split(" ").length === (fewer ?? "").split(" ").length + extra.length
        );
    }
    return only === undefined || (only === "recorded" ? simulated === undefined : recorded === undefined);
}
