import * as pulumi from "@pulumi/pulumi";
import { type BlobSourceArgs, protectLocation } from "./locationArgs";
import { warnOfPlainSecrets } from "./plainSecrets";
import { secretInputs } from "./secretInputs";

/** What all arguments have. Those of `get` have neither end, or a destination alone. */
interface EndsArgs {
    readonly source?: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>;
    readonly destination?: pulumi.Input<string> | pulumi.Input<BlobSourceArgs>;
}

/** The type token of a resource, by which policies and transforms recognize it. */
export function typeToken(type: string): string {
    return `pulumi-nodejs:dynamic/azure-copy:${type}`;
}

/** Whether an object is a resource of a type, of whichever installed version of this package. */
export function isOfType(obj: unknown, token: string): boolean {
    return pulumi.Resource.isInstance(obj) && (obj as { __pulumiType?: string }).__pulumiType === token;
}

/** What every resource of this package is. */
export abstract class CopyResource extends pulumi.dynamic.Resource {
    /**
     * @param provider one for all resources of the type: it is serialized once
     * @param outputs what the engine fills in, by name
     */
    constructor(
        provider: pulumi.dynamic.ResourceProvider,
        type: string,
        name: string,
        outputs: object,
        args: EndsArgs | undefined,
        opts: pulumi.CustomResourceOptions | undefined,
    ) {
        super(
            provider,
            name,
            {
                ...outputs,
                ...args,
                source: args?.source && protectLocation(args.source),
                destination: args?.destination && protectLocation(args.destination),
                // The provider learns its resource's URN from nobody, and progress is shown by URN.
                __urn: pulumi.createUrn(name, typeToken(type), opts?.parent),
                // Nor is it told what is secret.
                __secrets: secretInputs({ ...args, id: opts?.id }),
            },
            opts,
            "azure-copy",
            type,
        );
        warnOfPlainSecrets();
    }
}
