import { BlobServiceClient, type BlockBlobClient, type ContainerClient } from "@azure/storage-blob";
import type { BlobAddress } from "./address";
import { type Credential, defaultCredential } from "./credential";

/** Makes clients of the Azure SDK. One for the process: connections and tokens are shared by all resources. */
export interface Clients {
    container(address: BlobAddress, credential: Credential): ContainerClient;
    /** The client of a blob, of its snapshot, or of a version of it, as the address says. */
    blob(address: BlobAddress, credential: Credential): BlockBlobClient;
    service(address: BlobAddress, credential: Credential): BlobServiceClient;
    /** What authorizes requests to an end that has no credential of its own. */
    defaultCredential(): Credential;
}

/** Settings of {@link createClients}. */
export interface ClientOptions {
    /** How often a request is tried, the first time included. @default 6 */
    readonly maxTries?: number;
    /** The wait before the second try, in milliseconds; it doubles with each further one, up to 30 seconds. @default 800 */
    readonly retryDelayMilliseconds?: number;
    /** What authorizes requests to an end that has no credential of its own. @default - `DefaultAzureCredential` */
    readonly defaultCredential?: () => Credential;
}

export function createClients(options: ClientOptions = {}): Clients {
    // The SDK shares one HTTP client, with its connections, among all clients that are not given their own.
    const pipelineOptions = {
        retryOptions: {
            maxTries: options.maxTries ?? 6,
            retryDelayInMs: options.retryDelayMilliseconds ?? 800,
            maxRetryDelayInMs: 30_000,
        },
        userAgentOptions: { userAgentPrefix: "pulumi-azure-copy" },
    };
    const services = new WeakMap<object, Map<string, BlobServiceClient>>();

    function service(address: BlobAddress, credential: Credential): BlobServiceClient {
        let ofCredential = services.get(credential);
        if (!ofCredential) {
            ofCredential = new Map();
            services.set(credential, ofCredential);
        }
        let client = ofCredential.get(address.serviceUrl);
        if (!client) {
            const query = credential.kind === "sas" ? `?${credential.sasToken}` : "";
            client = new BlobServiceClient(address.serviceUrl + query, credential.credential, pipelineOptions);
            ofCredential.set(address.serviceUrl, client);
        }
        return client;
    }

    function container(address: BlobAddress, credential: Credential): ContainerClient {
        return service(address, credential).getContainerClient(address.containerName);
    }

    return {
        service,
        container,
        defaultCredential: options.defaultCredential ?? defaultCredential,
        blob(address, credential) {
            let client = container(address, credential).getBlockBlobClient(address.blobName);
            if (address.snapshot) {
                client = client.withSnapshot(address.snapshot);
            }
            return address.versionId ? (client.withVersion(address.versionId) as BlockBlobClient) : client;
        },
    };
}
