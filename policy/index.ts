// What `pulumi preview --policy-pack node_modules/pulumi-azure-copy/policy` runs.

import("./azureCopyGuard.js").then(
    ({ AzureCopyGuard }) => new AzureCopyGuard(),
    (error: NodeJS.ErrnoException) => {
        const isMissing = error.code === "MODULE_NOT_FOUND" && error.message.includes("'@pulumi/policy'");
        console.error(
            isMissing
                ? "the policy pack of pulumi-azure-copy needs Pulumi's policy SDK: npm install --save-dev @pulumi/policy"
                : error,
        );
        process.exit(1);
    },
);
