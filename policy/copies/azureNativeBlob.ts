import { splitQuery } from "../address";
import { isAzureNativeStorage } from "../azureNativeType";
import { type Maybe, map, textOf, Unknown } from "../known";
import type { Copy, CopyReader } from "./copy";
import { blobDestination, urlEnd } from "./ends";

/** `Blob` of `@pulumi/azure-native` whose source is a remote asset or archive, which the one who deploys downloads and uploads. */
export const azureNativeBlobReader: CopyReader = {
    label: "azure-native Blob",
    matches: (type) => isAzureNativeStorage(type, "Blob"),
    tells: ["source", "destination", "container", "credential", "accessTier", "blobType", "timeout"],
    async read(resource) {
        const { properties } = resource;
        const uri = await uriOf(properties.source);
        if (uri === undefined) {
            return [];
        }
        const source = urlEnd("source", "source", uri);
        const copy: Copy = {
            resource,
            tool: "azure-native Blob",
            // A remote asset is fetched as it stands: with a SAS, or by anybody.
            source: { ...source, credential: source.credential ?? map(source.service, () => ({ kind: "anonymous" })) },
            destination: blobDestination(
                properties,
                { account: "accountName", container: "containerName", blob: "blobName" },
                resource.name,
            ),
            accessTier: textOf(properties, "accessTier"),
            blobType: textOf(properties, "type"),
            ...(resource.createSeconds > 0 && { timeoutSeconds: resource.createSeconds }),
            secrets: typeof uri === "string" ? [splitQuery(uri).query ?? ""] : [],
        };
        return [copy];
    },
};

/** Where an asset or archive is fetched from. One that is not known yet may be a remote one. */
async function uriOf(source: unknown): Promise<Maybe<string>> {
    return source instanceof Unknown ? source : (source as { uri?: Promise<string> } | null | undefined)?.uri;
}
