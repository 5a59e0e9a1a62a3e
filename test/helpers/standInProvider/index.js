// Stands in for azure, azure-native and command: takes every resource as it is, and makes none.

const pulumi = require("@pulumi/pulumi");

class StandIn {
    version = "1.0.0";
    async check(_urn, _olds, news) {
        return { inputs: news };
    }
    async diff(_id, _urn, olds, news) {
        return { changes: JSON.stringify(olds) !== JSON.stringify(news) };
    }
    async create(_urn, inputs) {
        return { id: "made", outs: inputs };
    }
    async delete() {}
}

pulumi.provider.main(new StandIn(), process.argv.slice(2));
