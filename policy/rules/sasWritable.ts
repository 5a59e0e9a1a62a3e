import { defineRule } from "../rule";
import { azureSas } from "../sas";

/** Permissions that change something: add, create, write, delete, of versions, permanently, of immutability, owners and permissions. */
const writing = /[acwdxyiopm]/g;

/** SAS of a source that permit more than reading. */
export const sasWritable = defineRule({
    name: "sas-writable",
    description: "The SAS of a source permits reading only.",
    reason: "A source's SAS is handed to the service in a URL; one that can write lets whoever gets hold of it change or delete the source.",
    fix: "Make the SAS with the permission r, and t where the source's tags are copied.",
    url: "https://learn.microsoft.com/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["credential"],
    *checkEnd(end) {
        const permissions = end.role === "source" ? azureSas(end)?.get("sp") : undefined;
        const changing = permissions?.match(writing);
        if (changing) {
            yield `${end.property} has a SAS with sp=${permissions}, which permits ${changing.join(", ")} besides reading`;
        }
    },
});
