import { known } from "../known";
import { defineRule } from "../rule";
import { azureSas } from "../sas";

/** Permissions that change something: add, create, write, delete, of versions, permanently, of immutability, owners and permissions. */
const writing = /[acwdxyiopm]/g;

/** SAS of a source that permit more than reading. */
export const sasWritable = defineRule({
    name: "sas-writable",
    description: "The SAS of a source must permit reading only, and what else the copy needs.",
    reason: "A source's SAS is handed to the service in a URL; one that can write lets whoever gets hold of it change or delete the source.",
    fix: "Make the SAS with the permission r; with t where the source's tags are copied, w for leaseSource, c for takeSnapshot, d for its deleteSuperseded.",
    url: "https://learn.microsoft.com/rest/api/storageservices/create-service-sas#permissions-for-a-directory-container-or-blob",
    enforcementLevel: "mandatory",
    severity: "high",
    settings: {},
    reads: ["credential"],
    *checkEnd(end, copy) {
        const permissions = end.role === "source" ? azureSas(end)?.get("sp") : undefined;
        const changing = permissions?.match(writing) ?? [];
        const needed = changing.length > 0 ? (known(copy.sourcePermissions) ?? "") : "";
        const superfluous = changing.filter((letter) => !needed.includes(letter));
        if (superfluous.length > 0) {
            yield `${end.property} has a SAS with sp=${permissions}, which permits ${superfluous.join(", ")} besides ${needed === "" ? "reading" : "what the copy needs"}`;
        }
    },
});
