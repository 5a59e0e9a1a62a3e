// Which way the source's content takes to the destination: by Copy Blob or by a From-URL operation.

import { isWithinAccount } from "../storage/sameAccount";
import type { CopyRequest, ObtainedCopy } from "./copyRequest";
import { fromUrlOnly } from "./encryption";
import type { Context } from "./handler";
import { obtainCopy } from "./obtainCopy";
import { obtainFromUrl } from "./obtainFromUrl";

/**
 * Brings the source's content to the destination as `method` asks for it.
 * @throws CopyLeftPending, OldContentRestored where something must be kept in mind; CopyError and StorageError else
 */
export async function obtain(request: CopyRequest, context: Context): Promise<ObtainedCopy> {
    const { method = "auto" } = request.inputs;
    const byCopyBlob = (reason: string) => ({ ...request, plan: { operation: "Copy Blob", reason } as const });
    if (method === "copyBlob") {
        return obtainCopy(byCopyBlob('method is "copyBlob"'), context);
    }
    if (method === "auto" && isFirstWithinAccount(request)) {
        const copied = await obtainCopy(byCopyBlob("both ends are in one account"), context, "refused");
        if (copied) {
            return copied;
        }
    }
    const obtained = await obtainFromUrl(request, context);
    return "copyBlob" in obtained ? obtainCopy(byCopyBlob(obtained.copyBlob), context) : obtained;
}

/** A first copy within an account mostly finds a free name, where Copy Blob serves without a look at either end. */
function isFirstWithinAccount(request: CopyRequest): boolean {
    const { source, destination, previous } = request;
    return (
        previous === undefined &&
        request.inputs.blobType === undefined &&
        fromUrlOnly(request) === undefined &&
        isWithinAccount(source.address, destination.address)
    );
}
