import { httpsAtAzure, splitQuery } from "../address";
import { type Maybe, map, plainProperties, textOf, Unknown } from "../known";
import type { Copy, CopyReader, Credential, End } from "./copy";
import { blobDestination, urlEnd } from "./ends";

/** `Blob` of `@pulumi/azure` with `sourceUri`: a Copy Blob, for which the provider waits. */
export const azureBlobReader: CopyReader = {
    label: "azure Blob",
    matches: (type) => type === "azure:storage/blob:Blob",
    tells: ["source", "destination", "container", "credential", "accessTier", "blobType", "timeout"],
    read(resource) {
        const { properties } = resource;
        const sourceUri = textOf(properties, "sourceUri");
        if (sourceUri === undefined) {
            return [];
        }
        const destination = blobDestination(
            properties,
            { account: "storageAccountName", container: "storageContainerName", blob: "name" },
            resource.name,
        );
        const source = urlEnd("source", "sourceUri", sourceUri);
        const copy: Copy = {
            resource,
            tool: "azure Blob",
            source: { ...source, credential: source.credential ?? credentialWithout(source, destination) },
            destination,
            accessTier: textOf(properties, "accessTier"),
            blobType: textOf(properties, "type"),
            ...(resource.createSeconds > 0 && { timeoutSeconds: resource.createSeconds }),
            secrets: typeof sourceUri === "string" ? [splitQuery(sourceUri).query ?? ""] : [],
        };
        return [copy];
    },
    useHttps(properties) {
        const https = httpsAtAzure(textOf(plainProperties(properties), "sourceUri"));
        if (https !== undefined) {
            properties.sourceUri = https;
        }
        return https !== undefined;
    },
};

/** Without a SAS, the service reads a blob of the same account, or one that everybody can read. */
function credentialWithout(source: End, destination: End): Maybe<Credential> {
    return map(source.accountName ?? "", (from) =>
        destination.accountName instanceof Unknown
            ? destination.accountName
            : from === destination.accountName
              ? undefined
              : { kind: "anonymous" },
    );
}
