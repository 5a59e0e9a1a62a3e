/** Recordings of operations that aren't simulated yet, and what they wait for. */
export const LATER: Readonly<Record<string, string>> = {
    copy_file_abort_not_pending: "Azure Files",
    copy_file_empty_source_header: "Azure Files",
    copy_file_lease: "Azure Files",
    copy_file_pending_aborted_other_account: "Azure Files",
    copy_file_pending_success_other_account: "Azure Files",
    copy_file_same_account_success: "Azure Files",
    copy_file_smb_2019_02_vs_07: "Azure Files",
    copy_file_source_bad_url: "Azure Files",
    copy_file_source_private_other_account: "Azure Files",
    put_range_from_url_bad_sas: "Azure Files",
    put_range_from_url_short_source: "Azure Files",
};
