import { splitQuery } from "../address";
import { map, textOf } from "../known";
import type { Copy, CopyReader } from "./copy";
import { blobDestination, urlEnd } from "./ends";

/** `Blob` of `@pulumi/azure-native` whose source is a remote asset, which the one who deploys downloads and uploads. */
export const azureNativeBlobReader: CopyReader = {
    label: "azure-native Blob",
    matches: (type) => /^azure-native:storage(?:\/v\d+(?:preview)?)?:Blob$/.test(type),
    tells: ["source", "destination", "container", "credential", "accessTier", "blobType", "timeout"],
    async read(resource) {
        const { properties } = resource;
        const uri = await (properties.source as { uri?: Promise<string> } | undefined)?.uri;
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
            secrets: [splitQuery(uri).query ?? ""],
        };
        return [copy];
    },
};
