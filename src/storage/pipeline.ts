import { newPipeline, type PipelineLike, type StoragePipelineOptions } from "@azure/storage-blob";

/** What all clients of the SDK are made of. */
export interface BlobClientLike {
    readonly url: string;
    readonly credential: NonNullable<Parameters<typeof newPipeline>[0]>;
}

type Factory = PipelineLike["factories"][number];
/** A request on its way out. */
export type OutgoingRequest = Parameters<ReturnType<Factory["create"]>["sendRequest"]>[0];

/** How {@link remake} makes a client differ from the one that it is made of. */
export interface Remaking {
    readonly options?: StoragePipelineOptions;
    /** Called for each request before it is signed. */
    readonly beforeRequest?: (request: OutgoingRequest) => void;
}

/** A client of the same blob, with the same credential, connections and user agent, whose requests go another way. */
export function remake<Client extends BlobClientLike>(
    ctor: new (url: string, pipeline: PipelineLike) => Client,
    client: BlobClientLike,
    { options, beforeRequest }: Remaking,
): Client {
    // Protected for its type only; a client made without it would lose proxy, user agent and HTTP client.
    const { pipeline: original } = client as unknown as { readonly pipeline: PipelineLike };
    const pipeline = newPipeline(client.credential, { ...original.options, ...options });
    pipeline.factories.push(...original.factories);
    if (beforeRequest) {
        pipeline.factories.push({
            create: (next) => ({
                sendRequest(request) {
                    beforeRequest(request);
                    return next.sendRequest(request);
                },
            }),
        });
    }
    return new ctor(client.url, pipeline);
}
