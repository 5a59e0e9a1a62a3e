import type { PipelineLike } from "@azure/storage-blob";
import { type BlobClientLike, remake } from "./pipeline";

/**
 * A client of the same blob whose requests are tried once: whoever sends many at a time must learn of a throttled service at the
 * first refusal, not after each request has been repeated by itself.
 * @param ctor the client's class
 * @param sourceEtag sent as `x-ms-source-if-match` with every request that reads from a URL; the SDK's `stageBlockFromURL` takes no
 * source conditions, while [Put Block From URL](https://learn.microsoft.com/rest/api/storageservices/put-block-from-url) does
 */
export function singleTry<Client extends BlobClientLike>(
    ctor: new (url: string, pipeline: PipelineLike) => Client,
    client: BlobClientLike,
    sourceEtag?: string,
): Client {
    return remake(ctor, client, {
        options: { retryOptions: { maxTries: 1 } },
        beforeRequest: ({ headers }) => {
            if (sourceEtag !== undefined && headers.contains("x-ms-copy-source")) {
                headers.set("x-ms-source-if-match", sourceEtag);
            }
        },
    });
}
