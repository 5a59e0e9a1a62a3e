import type { Difference } from "../difference";
import { ANSWER_DIFFERENCES } from "./answers";
import { CONDITION_DIFFERENCES } from "./conditions";
import { HEADER_DIFFERENCES } from "./headers";
import { LIST_DIFFERENCES, STATE_DIFFERENCES } from "./states";

export { IGNORED_HEADERS } from "./headers";

/** All known differences. Each must show in at least one case, and all that shows must be here. */
export const DIFFERENCES: readonly Difference[] = [
    ...HEADER_DIFFERENCES,
    ...STATE_DIFFERENCES,
    ...LIST_DIFFERENCES,
    ...CONDITION_DIFFERENCES,
    ...ANSWER_DIFFERENCES,
];
