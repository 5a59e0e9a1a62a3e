// Runs a rule over a stack the way @pulumi/policy does: its own protobuf decoding and proxies, every resource first, then the stack.

import { createRequire } from "node:module";
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { azureCopyPolicies } from "../../../policy/policies";
import type { Rule } from "../../../policy/rule";
import { unknownValues } from "../../../policy/rules/unknownValues";
import type { FakeResource } from "./resources";

const load = createRequire(createRequire(__filename).resolve("@pulumi/policy"));
const { deserializeProperties } = load("./deserialize");
const { unknownCheckingProxy } = load("./proxy");
const { Struct } = load("google-protobuf/google/protobuf/struct_pb");

/** What a rule said. */
export interface Verdict {
    /** One line a violation: the resource's name and the finding. */
    readonly violations: string[];
    /** Each message as a person gets it. */
    readonly messages: string[];
    /** The property and the rules of each that unknown-values told of. */
    readonly undecided: string[];
}

const urnOf = (name: string) => `urn:pulumi:test::test::type::${name}`;

/** The properties as a policy gets them. */
export function received(props: object, forRemediation = false) {
    // As JSON, which has no undefined, as little as the wire has.
    const sent = Struct.fromJavaScript(JSON.parse(JSON.stringify(props)));
    return unknownCheckingProxy(deserializeProperties(sent, forRemediation));
}

function asPolicyResource(resource: FakeResource): PolicyResource {
    return {
        type: resource.type,
        name: resource.name,
        urn: urnOf(resource.name),
        props: received(resource.props),
        opts: { customTimeouts: { createSeconds: resource.createSeconds ?? 0, updateSeconds: 0, deleteSeconds: 0 } },
        ...(resource.provider && { provider: { props: received(resource.provider) } }),
        dependencies: [],
        propertyDependencies: {},
    } as unknown as PolicyResource;
}

/** Runs rules over a stack. */
export async function check(
    rules: Rule | readonly Rule[],
    resources: readonly FakeResource[],
    settings: object = {},
): Promise<Verdict> {
    const list = [rules].flat() as Rule[];
    const policies = azureCopyPolicies([...list, unknownValues]) as (ResourceValidationPolicy &
        StackValidationPolicy)[];
    const verdict: Verdict = { violations: [], messages: [], undecided: [] };
    const common = {
        getConfig: () => settings as never,
        stackTags: new Map<string, string>(),
        notApplicable: () => {
            throw new Error("not applicable");
        },
    };
    const reporter = (policy: { name: string }) => (message: string, urn?: string) => {
        const [finding] = message.split("\n");
        verdict.messages.push(message);
        if (policy.name === unknownValues.name) {
            verdict.undecided.push(finding!);
        } else {
            verdict.violations.push(`${urn!.split("::").at(-1)}: ${finding}`);
        }
    };
    for (const resource of resources) {
        for (const policy of policies.filter(({ validateResource }) => validateResource)) {
            const validate = policy.validateResource as (args: object, report: object) => Promise<void>;
            await validate({ ...asPolicyResource(resource), ...common }, reporter(policy));
        }
    }
    for (const policy of policies.filter(({ validateStack }) => validateStack)) {
        const all = resources.map(asPolicyResource);
        for (const [index, { from }] of resources.entries()) {
            for (const [input, names] of Object.entries(from ?? {})) {
                all[index]!.propertyDependencies[input] = all.filter(({ name }) => names.includes(name));
            }
        }
        await policy.validateStack({ resources: all, ...common } as never, reporter(policy));
    }
    return verdict;
}
