// Adoption: what becomes of a destination that was found there, and of one that is not this resource's any more. The older owner of a resource that was renamed without an alias, or replaced
// by one with the same destination, is deleted after the new one has adopted it, and must not take it along.

import type { StorageAddress } from "../storage/address";
import { isNotFound } from "../storage/errors";
import { sameness } from "../storage/sameObject";
import type { Context } from "./handler";

/** What a resource of this process has adopted. */
interface Adopted {
    readonly address: StorageAddress;
    /** Its ETag since then; absent where that could not be changed. */
    readonly etag: string | undefined;
}

const adopted = new WeakMap<object, Adopted[]>();

type Place = Pick<Adopted, "address">;

/**
 * Remembers that a create of this process has adopted a destination, by the clients that all resources of a process share.
 * @param etag the ETag that adoption has given it, if it could
 */
export function noteAdoption({ address }: Place, etag: string | undefined, context: Context): void {
    const known = adopted.get(context.clients) ?? [];
    known.push({ address, etag });
    adopted.set(context.clients, known);
}

/**
 * Whether a destination belongs to another resource of this program since a create of this process has adopted it.
 * @param etag the ETag that the asking resource has recorded
 */
export function isAdoptedByAnother({ address }: Place, etag: string | undefined, context: Context): boolean {
    const known = (adopted.get(context.clients) ?? []).filter((one) => sameness(one.address, address) !== "other");
    return known.length > 0 && (etag === undefined || known.every((one) => one.etag !== etag));
}

/**
 * Tells that an object was adopted without proof.
 * @param has what makes it adoptable: `the content of the source`
 */
export function warnOfAdoption(
    { address, url }: Place & { readonly url: string },
    has: string,
    context: Context,
): void {
    context.warn(
        `${url} was there already and has ${has}, but nothing proves that this resource made it. It was adopted, and pulumi destroy will leave it unless this resource copies onto it before; a resource that is renamed with an alias keeps its ${address.kind}`,
    );
}

/** Leaves what somebody else has changed. */
export function leaveChanged(url: string, context: Context): void {
    context.warn(
        `${url} was changed by somebody else since this resource wrote it, and was left alone; delete it by hand if it is not needed`,
    );
}

/** Leaves what another resource of this program has adopted. */
export function leaveToAnother(url: string, context: Context): void {
    context.warn(`${url} belongs to another resource of this program now, and was left alone`);
}

/**
 * Leaves what was adopted without proof that the resource made it, and says so where it is there still.
 * @param exists asks for it; where it can't be read, it counts as there
 */
export async function leaveAdopted(url: string, exists: () => Promise<unknown>, context: Context): Promise<void> {
    const there = await exists().catch((error: unknown) => !isNotFound(error));
    if (there) {
        context.warn(
            `${url} was there before this resource, which has adopted it and copied nothing onto it since: it was left as it is; delete it by hand if it is not needed`,
        );
    }
}
