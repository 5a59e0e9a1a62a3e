/** Recordings of operations that aren't simulated yet, and what they wait for. */
export const LATER: Readonly<Record<string, string>> = {
    incremental_copy_pending_success: "Incremental Copy Blob",
    incremental_copy_polls_23s: "Incremental Copy Blob",
    incremental_copy_source_not_found: "Incremental Copy Blob",
};
