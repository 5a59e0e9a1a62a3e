import type { ResourceValidationPolicy } from "@pulumi/policy";
import { azureCopyPolicies } from "../../../policy/policies";
import type { Rule } from "../../../policy/rule";
import { received } from "./check";
import type { FakeResource } from "./resources";

/** A resource's properties after a rule's remedy; nothing where it left them. */
export async function remedied(rule: Rule, resource: FakeResource, settings: object = {}): Promise<unknown> {
    const [policy] = azureCopyPolicies([rule]) as ResourceValidationPolicy[];
    const props = received(resource.props, true);
    const result = await policy!.remediateResource!({
        type: resource.type,
        name: resource.name,
        urn: "urn:pulumi:test::test::type::seed",
        props,
        opts: { customTimeouts: { createSeconds: resource.createSeconds ?? 0 } },
        getConfig: () => settings,
    } as never);
    if (result !== undefined && result !== props) {
        throw new Error("a remedy has to change the properties in place: a copy loses which are secret");
    }
    return result;
}
