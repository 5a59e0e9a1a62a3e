import { newPipeline, type PipelineLike, type StoragePipelineOptions } from "@azure/storage-blob";

/** What all clients of the SDK are made of. */
interface BlobClientLike {
    readonly url: string;
    readonly credential: NonNullable<Parameters<typeof newPipeline>[0]>;
}

/**
 * A client of the same blob, with the same credential, connections and user agent, whose requests are tried once: whoever sends
 * many at a time must learn of a throttled service at the first refusal, not after each request has been repeated by itself.
 * @param ctor the client's class
 * @param sourceEtag sent as `x-ms-source-if-match` with every request that reads from a URL; the SDK's `stageBlockFromURL` takes no
 * source conditions, while [Put Block From URL](https://learn.microsoft.com/rest/api/storageservices/put-block-from-url) does
 */
export function singleTry<Client extends BlobClientLike>(
    ctor: new (url: string, pipeline: PipelineLike) => Client,
    client: BlobClientLike,
    sourceEtag?: string,
): Client {
    // Protected for its type only; a client made without it would lose proxy, user agent and HTTP client.
    const { pipeline: original } = client as unknown as { readonly pipeline: PipelineLike };
    const options: StoragePipelineOptions = { ...original.options, retryOptions: { maxTries: 1 } };
    const pipeline = newPipeline(client.credential, options);
    pipeline.factories.push(...original.factories);
    if (sourceEtag !== undefined) {
        pipeline.factories.push({
            create: (next) => ({
                sendRequest(request) {
                    if (request.headers.contains("x-ms-copy-source")) {
                        request.headers.set("x-ms-source-if-match", sourceEtag);
                    }
                    return next.sendRequest(request);
                },
            }),
        });
    }
    return new ctor(client.url, pipeline);
}
