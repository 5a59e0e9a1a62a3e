// The only file that knows pulumi.dynamic.

import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider of a resource type. It is serialized into the state of every resource of the type, so it holds nothing
 * but calls of the installed package: about a kilobyte, and the same for all of them.
 */
export function dynamicProvider(type: string): pulumi.dynamic.ResourceProvider {
    // One function that finds the package, with the advice for those who have uninstalled it.
    const host = () => {
        try {
            return require("pulumi-azure-copy/provider");
        } catch (error) {
            throw new Error(
                `this stack has resources of the npm package pulumi-azure-copy, which can't be loaded here; install it in the program's folder (npm install pulumi-azure-copy) and run again: ${(error as Error).message.split("\n")[0]}`,
            );
        }
    };
    return {
        configure: (request) => host().configure(type, request),
        check: (olds, news) => host().check(type, olds, news),
        diff: (id, olds, news) => host().diff(type, id, olds, news),
        create: (inputs) => host().create(type, inputs),
        read: (id, props) => host().read(type, id, props),
        update: (id, olds, news) => host().update(type, id, olds, news),
        delete: (id, props) => host().delete(type, id, props),
    };
}
