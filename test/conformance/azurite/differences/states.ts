import type { Difference } from "../difference";

const READS = ["Get Blob", "Get Blob Properties"];

/** What a blob is like after requests that both answer alike. */
export const STATE_DIFFERENCES: readonly Difference[] = [
    {
        operations: READS,
        cases: /^Set Blob Tier: Archive, then Hot$/,
        aspect: /^header x-ms-(access-tier|archive-status|rehydrate-priority)$/,
        azurite: ["Hot", null],
        simulator: ["Archive", "rehydrate-pending-to-hot", "Standard"],
        why: "recorded: the tier stays Archive while it is being rehydrated (set_blob_tier_rehydrate)",
    },
    {
        operations: READS,
        cases: /^Set Blob Tier: Cool, then Put Blob$/,
        aspect: "header x-ms-access-tier",
        azurite: "Hot",
        simulator: "Cool",
        why: "azure-facts: an overwrite inherits the old blob's hot or cool tier",
    },
    {
        operations: READS,
        cases: /^Set Blob Tier: on a snapshot$/,
        aspect: /^header x-ms-access-tier(-inferred)?$/,
        azurite: ["Cool", "false"],
        simulator: ["Hot", "true"],
        why: "REST reference, Set Blob Tier: with snapshot it is the snapshot's tier that is set; Azurite sets the blob's",
    },
    {
        operations: READS,
        cases: /^Set Blob (Tags|Tier): lease (broken|expired)|^Snapshot Blob: lease (broken|expired)|^Put Block: lease/,
        aspect: "header x-ms-lease-state",
        azurite: "available",
        simulator: ["broken", "expired"],
        why: "REST reference, Lease Blob: a lease that has ended is forgotten once the blob is modified; these don't modify it",
    },
    {
        operations: READS,
        cases: /^Copy Blob: lease (broken|expired)/,
        aspect: "header x-ms-lease-state",
        azurite: ["broken", "expired"],
        simulator: "available",
        why: "REST reference, Lease Blob: a lease that has ended is forgotten once the blob is modified",
    },
    {
        operations: ["Snapshot Blob", "Get Blob Properties"],
        cases: /^Snapshot Blob: with metadata of its own$/,
        aspect: /^header (etag|x-ms-snapshot)$/,
        azurite: /^(etag|x-ms-snapshot) \d$/,
        simulator: /^(etag|x-ms-snapshot) \d$/,
        why: "REST reference, Snapshot Blob: a snapshot with metadata of its own has an ETag of its own",
    },
    {
        operations: ["Get Page Ranges"],
        aspect: /^body PageRange/,
        azurite: ["700", "511", "512", "1023", "1535", "1536", "2047"],
        simulator: ["1023", "1536", "2047", null],
        why: "REST reference, Get Page Ranges: ranges are of whole pages, and adjoining ones are one range",
    },
    {
        operations: ["Get Block List"],
        aspect: /^body (CommittedBlocks|UncommittedBlocks)$/,
        azurite: "",
        simulator: null,
        why: "REST reference, Get Block List: the list that wasn't asked for isn't in the answer",
    },
];

const PROPERTY = String.raw`^body Blobs\.Blob\.\d+\.Properties\.`;

/** Lists. */
export const LIST_DIFFERENCES: readonly Difference[] = [
    {
        aspect: new RegExp(
            `${PROPERTY}(Content-Encoding|Content-Language|Content-CRC64|Content-MD5|Cache-Control|Content-Disposition)$`,
        ),
        azurite: null,
        simulator: "",
        why: "recorded: what a blob doesn't have is an empty element (list_blobs_include_copy)",
    },
    {
        aspect: /^body Blobs\.Blob\.\d+\.(OrMetadata|Metadata)$|^body Containers\.Container\.\d+\.Metadata$/,
        azurite: null,
        simulator: "",
        why: "recorded: blobs have an empty OrMetadata (copy_blob_sealed_append); REST reference, List Blobs: Metadata is there, be it empty, when it was asked for",
    },
    {
        aspect: new RegExp(`${PROPERTY}AccessTierChangeTime$`),
        azurite: "a time",
        simulator: null,
        why: "recorded: a tier that is inferred has no time of change (list_blobs_include_copy)",
    },
    {
        aspect: new RegExp(`${PROPERTY}AccessTier(Inferred)?$`),
        azurite: null,
        simulator: ["Hot", "true"],
        why: "recorded: page and append blobs of a general-purpose account show the inferred tier (append_block_from_url_appendpos)",
    },
    {
        aspect: new RegExp(`${PROPERTY}(Sealed|IncrementalCopy)$`),
        azurite: "false",
        simulator: null,
        why: "recorded: lists have no Sealed or IncrementalCopy that is false (list_blobs_include_copy)",
    },
    {
        aspect: new RegExp(`${PROPERTY}Copy(Id|Source|Status|Progress|CompletionTime)$`),
        azurite: /./,
        simulator: null,
        cases: /^List Blobs: (?!.*copy)/,
        why: "REST reference, List Blobs: copies are told of with include=copy only",
    },
    {
        aspect: new RegExp(`${PROPERTY}CopySource$`),
        azurite: /^http:/,
        simulator: /^https:/,
        why: "recorded: an http source in the same account comes back as https (copy_blob_same_account_http_source)",
    },
    {
        cases: /snapshots/,
        aspect: /^body Blobs\.Blob\.\d+\.Snapshot$/,
        azurite: [null, "x-ms-snapshot 9"],
        simulator: [null, "x-ms-snapshot 9"],
        why: "REST reference, List Blobs: snapshots are listed oldest first, then the blob; Azurite lists the blob first",
    },
    {
        cases: /snapshots/,
        aspect: new RegExp(`${PROPERTY}Lease(Status|State)$`),
        azurite: ["unlocked", "available"],
        simulator: null,
        why: "REST reference, List Blobs: snapshots have no lease elements",
    },
    {
        cases: /uncommittedblobs/,
        aspect: new RegExp(`${PROPERTY}(Creation-Time|Last-Modified|Etag|Content-MD5|Content-Type)$`),
        azurite: /./,
        simulator: null,
        why: "REST reference, List Blobs: of uncommitted blobs Last-Modified, Etag and the content's properties aren't told",
    },
    {
        cases: /uncommittedblobs/,
        aspect: new RegExp(`${PROPERTY}ServerEncrypted$`),
        azurite: null,
        simulator: "true",
        why: "REST reference, List Blobs: ServerEncrypted is told of every blob",
    },
    {
        aspect: "body @ServiceEndpoint",
        azurite: "http://ENDPOINT",
        simulator: "http://ENDPOINT/",
        why: "recorded: the endpoint ends with a slash (list_blobs_include_copy)",
    },
    {
        aspect: /^body (Prefix|Marker|MaxResults)$/,
        azurite: ["", "5000"],
        simulator: null,
        why: "recorded: parameters that weren't given aren't repeated (list_blobs_include_copy)",
    },
    {
        aspect: "body MaxResults",
        azurite: "5000",
        simulator: "5001",
        why: "REST reference, List Blobs: the parameter is repeated as it was given",
    },
    {
        cases: /delimiter=b\/$/,
        aspect: /^body Blobs\.BlobPrefix\.\d+\.Name$/,
        azurite: ["a/b", "b"],
        simulator: ["a/b/", "b/"],
        why: "REST reference, List Blobs: a common prefix ends with the whole delimiter, however long",
    },
    {
        operations: ["List Containers"],
        aspect: /^body Containers\.Container\.\d+\.Properties\.(Def|Deny|Immut)/,
        azurite: null,
        simulator: ["$account-encryption-key", "false"],
        why: "REST reference, List Containers: from versions 2019-02-02 and 2020-10-02 on",
    },
];
