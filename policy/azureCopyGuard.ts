import { PolicyPack, type PolicyPackConfig } from "@pulumi/policy";
import { azureCopyPolicies } from "./policies";
import type { commonSettings, EnforcementLevel, Rule, SettingsOf } from "./rule";
import { rules } from "./rules";
import { problemsOf, refuseUnknownNames } from "./settings";

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
    ? `${First}${Capitalize<CamelCase<Rest>>}`
    : Name;

type RuleArgs<R extends Rule> =
    | EnforcementLevel
    | ({ enforcementLevel?: EnforcementLevel } & Partial<SettingsOf<R["settings"] & typeof commonSettings>>);

type RulesArgs = {
    [R in (typeof rules)[number] as CamelCase<R["name"]>]?: R extends Rule<infer Name, infer Schema>
        ? RuleArgs<Rule<Name, Schema>>
        : never;
};

/**
 * How strict the pack is: each rule's level, or its level and settings, by the rule's name in camelCase. What `--policy-pack-config`
 * says goes first; what neither says is the rule's default.
 */
export interface AzureCopyGuardArgs extends RulesArgs {
    /** The level of every rule that has none of its own here. @default - each rule's own default */
    all?: EnforcementLevel;
}

/**
 * Pulumi's policy pack against copies in Azure Storage that cost money, lose data or leak. Making one serves it, so that only a pack's
 * entry file does. Its folder needs a `PulumiPolicy.yaml` and a `package.json` with a version.
 *
 * @example
 * ```ts
 * new AzureCopyGuard({ all: "mandatory", egressCost: { limit: 200 }, anonymousSource: "disabled" });
 * ```
 */
export class AzureCopyGuard extends PolicyPack {
    /** @throws Error naming every rule and setting in `args` that does not exist */
    constructor(args?: AzureCopyGuardArgs);
    /** @param name the pack's name: letters, digits, `-`, `_` and `.` */
    constructor(name: string, args?: AzureCopyGuardArgs);
    constructor(nameOrArgs?: string | AzureCopyGuardArgs, argsOrNothing?: AzureCopyGuardArgs) {
        const [name, args] =
            typeof nameOrArgs === "string" ? [nameOrArgs, argsOrNothing] : ["azure-copy-guard", nameOrArgs];
        const configuration = configurationOf(args ?? {});
        refuseUnknownNames(rules);
        super(
            name,
            {
                policies: azureCopyPolicies(),
                displayName: "Azure Copy Guard",
                description: "Stops copies in Azure Storage that cost money, lose data or leak, before they run.",
                provider: "azure",
                tags: ["azure", "storage", "copy"],
            },
            configuration,
        );
    }
}

/** The arguments by the names that rules have in a configuration. */
function configurationOf(args: AzureCopyGuardArgs): PolicyPackConfig {
    const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const configuration = Object.fromEntries(
        Object.entries(args)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [kebabCase(name), value]),
    );
    const problems = problemsOf(configuration, rules);
    if (problems.length > 0) {
        throw new Error(
            `the arguments of AzureCopyGuard have mistakes:\n${problems.map((one) => `  ${one}`).join("\n")}`,
        );
    }
    return configuration;
}
