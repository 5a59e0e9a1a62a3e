/** Recordings of operations that aren't simulated yet, and what they wait for. */
export const LATER: Readonly<Record<string, string>> = {};
