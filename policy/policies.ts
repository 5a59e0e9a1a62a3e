// Pulumi's policies from this package's rules.

import type {
    Policies,
    ReportViolation,
    ResourceRemediation,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import { redact, Secrets } from "../common/redact";
import { visible } from "../common/visible";
import type { Copy } from "./copies/copy";
import { readerOf } from "./copies/readers";
import { plainProperties, UnknownValue } from "./known";
import { isExempt, nearlyExempt } from "./patterns";
import { commonSettings, type Findings, type Rule, type SettingsOf, type SettingsSchema } from "./rule";
import { rules as allRules } from "./rules";
import { unknownValues } from "./rules/unknownValues";
import { type Question, Run, readCopies } from "./run";

type Settings = SettingsOf<SettingsSchema> & { readonly exempt: readonly string[] };

type AnyPolicy = Partial<ResourceValidationPolicy & StackValidationPolicy> & { name: string; description: string };

/**
 * The policies of some rules, to build a pack of one's own from. `unknown-values` has to be the last, to tell what the others left open.
 * @param rules @default - all of this package's
 */
export function azureCopyPolicies(rules: readonly Rule[] = allRules): Policies {
    const run = new Run();
    return rules.map((rule, place) =>
        rule.name === unknownValues.name ? unknownValuesPolicy(rule, place, run) : policyOf(rule, place, run),
    ) as Policies;
}

/** What a rule is called and set by, as Pulumi takes it. */
function describe(rule: Rule): AnyPolicy {
    return {
        name: rule.name,
        description: rule.description,
        enforcementLevel: rule.enforcementLevel,
        severity: rule.severity,
        url: rule.url,
        remediationSteps: rule.fix,
        configSchema: { properties: settingsOf(rule) },
    };
}

/** All settings of a rule, with those that every rule has. */
export function settingsOf(rule: Rule): SettingsSchema {
    return { ...rule.settings, ...commonSettings };
}

function policyOf(rule: Rule, place: number, run: Run): AnyPolicy {
    const policy = describe(rule);
    if (rule.checkEnd || rule.checkCopy) {
        policy.validateResource = async (args, report) => {
            const question = await run.resource(args, place);
            const settings = withDefaults(rule, args.getConfig());
            for (const copy of question?.copies ?? []) {
                examine(rule, copy, settings, question!, report, () => rule.checkCopy?.(copy, settings) ?? []);
                for (const end of [copy.source, copy.destination]) {
                    examine(rule, copy, settings, question!, report, () => rule.checkEnd?.(end, copy, settings) ?? []);
                }
            }
        };
    }
    if (rule.checkInStack) {
        policy.validateStack = async (args, report) => {
            const question = await run.stack(args, place);
            const settings = withDefaults(rule, args.getConfig());
            for (const copy of question.copies) {
                examine(rule, copy, settings, question, report, () =>
                    rule.checkInStack!(copy, question.stack, settings),
                );
            }
        };
    }
    if (rule.remedy) {
        policy.remediateResource = remediation(rule);
    }
    return policy;
}

/** Runs one check of one copy: reports what it finds, and keeps what it could not decide. */
function examine(
    rule: Rule,
    copy: Copy,
    settings: Settings,
    question: Question,
    report: ReportViolation,
    check: () => Findings,
): void {
    if (isExempt(copy.resource.name, settings.exempt)) {
        return;
    }
    try {
        for (const finding of check()) {
            report(messageOf(rule, finding, copy, settings.exempt), copy.resource.urn);
        }
    } catch (error) {
        if (!(error instanceof UnknownValue)) {
            throw error;
        }
        question.undecided.add(copy, error.property, rule.name);
    }
}

function messageOf(rule: Rule, finding: string, copy: Copy, exempt: readonly string[]): string {
    const { name } = copy.resource;
    const near = nearlyExempt(name, exempt);
    const hint = near === undefined ? "" : `; exempt has "${near}", which is not "${name}": upper and lower case count`;
    const found = `${finding}${hint}`.replaceAll("\n", "\\u000a");
    const message = `${found}.\nWhy: ${rule.reason}\nFix: ${rule.fix}\nMore: ${rule.url}`;
    return visible(redact(message, new Secrets(copy.secrets)));
}

function withDefaults(rule: Rule, config: object): Settings {
    const defaults = Object.entries(settingsOf(rule)).map(([name, setting]) => [name, setting.default]);
    return { ...Object.fromEntries(defaults), ...config };
}

/** Changes properties in place: a copy of them would lose which are secret. */
function remediation(rule: Rule): ResourceRemediation {
    return async (args) => {
        const settings = withDefaults(rule, args.getConfig());
        const reader = readerOf(args.type);
        if (!reader || isExempt(args.name, settings.exempt)) {
            return undefined;
        }
        let changed = false;
        for (const copy of await readCopies(args, plainProperties(args.props))) {
            try {
                changed = rule.remedy!(reader, args.props, copy, settings) || changed;
            } catch (error) {
                if (!(error instanceof UnknownValue)) {
                    throw error;
                }
                // The rule's check tells that it is undecided.
            }
        }
        return changed ? args.props : undefined;
    };
}

/** Tells once a resource and unknown property what could not be decided, instead of each rule for itself. */
function unknownValuesPolicy(rule: Rule, place: number, run: Run): AnyPolicy {
    return {
        ...describe(rule),
        async validateStack(args, report) {
            const { copies, undecided } = await run.stack(args, place);
            const { exempt } = withDefaults(rule, args.getConfig());
            const byUrn = new Map(copies.map((copy) => [copy.resource.urn, copy]));
            for (const [urn, copy] of byUrn) {
                const before = run.undecided.get(urn)?.undecided.of(urn);
                const after = undecided.of(urn);
                for (const property of new Set([...(before?.keys() ?? []), ...after.keys()])) {
                    if (!isExempt(copy.resource.name, exempt)) {
                        const finding = undecidedFinding(property, before?.get(property), after.get(property));
                        report(messageOf(rule, finding, copy, exempt), urn);
                    }
                }
            }
        },
    };
}

function undecidedFinding(
    property: string,
    before: ReadonlySet<string> = new Set(),
    after: ReadonlySet<string> = new Set(),
): string {
    const onlyAfter = [...after].filter((rule) => !before.has(rule));
    const parts = [
        ...(before.size > 0 ? [`pulumi up decides before it copies: ${[...before].join(", ")}`] : []),
        ...(onlyAfter.length > 0 ? [`it decides only once it has copied: ${onlyAfter.join(", ")}`] : []),
    ];
    return `${property} is not known in this preview; ${parts.join("; ").replace(/^it/, "pulumi up")}`;
}
