// The user's own @pulumi/pulumi, which runs the process of a dynamic provider.

/** The first version that gives dynamic providers the stack's config; the one that package.json asks for as a peer. */
export const firstWithConfig = "3.139.0";

/** What to tell whoever depends on the stack's config, where the installed version does not give it to dynamic providers. */
export function whyNoConfig(version = installedVersion()): string | undefined {
    const [major, minor] = version.split(".").map(Number) as [number, number];
    const [firstMajor, firstMinor] = firstWithConfig.split(".").map(Number) as [number, number];
    const isOlder = major < firstMajor || (major === firstMajor && minor < firstMinor);
    return isOlder
        ? `the installed @pulumi/pulumi ${version} gives dynamic providers no config, so that what the stack's config says by azure-copy:… can't be read; upgrade it to ${firstWithConfig} or newer (npm install @pulumi/pulumi@^${firstWithConfig})`
        : undefined;
}

function installedVersion(): string {
    const { version } = require("@pulumi/pulumi/package.json") as { readonly version: string };
    return version.replace(/^v/, "");
}
