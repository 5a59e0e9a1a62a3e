import { isLoopback, show } from "../address";
import { known } from "../known";
import { defineRule } from "../rule";

const words = { sas: "a SAS", accountKey: "an account key", connectionString: "a connection string" };

/** Secrets where an identity would do. */
export const secretInsteadOfEntraId = defineRule({
    name: "secret-instead-of-entra-id",
    description: "An end of a copy in Azure Storage should be reached with Microsoft Entra ID, without a secret.",
    reason: "Whoever holds a key or a SAS has its rights until it is rotated or expires, and nobody can tell who used it.",
    fix: "Leave the secret out and give the identity that deploys a role: Storage Blob Data Reader at the source (Contributor to lease it or take its snapshots), Storage Blob Data Contributor at the destination; in Azure Files, Storage File Data Privileged Reader and Contributor.",
    url: "https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory",
    enforcementLevel: "advisory",
    severity: "medium",
    settings: {},
    reads: ["credential"],
    *checkEnd(end) {
        const credential = known(end.credential);
        const kind = credential?.kind;
        if (
            kind !== undefined &&
            kind in words &&
            !(typeof end.host === "string" && isLoopback(end.host)) &&
            (end.service !== "web" || credential?.sas !== undefined)
        ) {
            yield `${end.property} is reached with ${words[kind as keyof typeof words]}: ${show(end)}`;
        }
    },
});
