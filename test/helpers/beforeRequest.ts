import type { Fault } from "../../simulator";
import type { Simulator } from "./storage";

/**
 * Has somebody do something right before a request is carried out, once.
 * @param match what the request is about; `nth` of those that match, counted from 1, the first by default
 * @param write what somebody does
 * @returns whether it has happened
 */
export function beforeRequest({ faults }: Simulator, match: Fault, write: () => unknown): () => boolean {
    let happened = false;
    const before = async () => {
        happened = true;
        await write();
    };
    faults.add({ nth: 1, ...match, before });
    return () => happened;
}
