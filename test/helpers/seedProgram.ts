import type { Accounts } from "./accounts";
import type { Program } from "./stack";

/** What a test changes between two operations. */
export interface Seed {
    /** Arguments beside, or in place of, source and destination. */
    current: Record<string, unknown>;
    /** The resource's name. @default "seed" */
    name?: string;
}

/** A program of one BlobCopy between the accounts. */
export function seedProgram({ inputs }: Accounts, args: Seed = { current: {} }): Program {
    return ({ copy }) => {
        const seed = new copy.BlobCopy(args.name ?? "seed", { ...inputs, ...args.current } as never);
        return {
            url: seed.url,
            etag: seed.etag,
            contentLength: seed.contentLength,
            copyStatus: seed.copyStatus,
            sourceEtag: seed.sourceEtag,
        };
    };
}
