// Stands in for the plugin azure-native, so that programs with its real SDK run without Azure: every resource becomes what was asked for.

const { randomUUID } = require("node:crypto");
const { main } = require("@pulumi/pulumi/provider");

const provider = {
    create: async (urn, inputs) => {
        const name = urn.split("::").at(-1);
        return { id: `/subscriptions/test/${name}/${randomUUID()}`, outs: { name, ...inputs } };
    },
};

main(provider, process.argv.slice(2));
