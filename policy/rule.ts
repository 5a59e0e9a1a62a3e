import type { Copy, End, Fact, Remedies } from "./copies/copy";
import type { Stack } from "./stack";

/** What a violation leads to: `advisory` is shown, `mandatory` stops, `remediate` mends what can be mended and stops otherwise. */
export type EnforcementLevel = "advisory" | "mandatory" | "remediate" | "disabled";

/** How much is at stake. */
export type Severity = "low" | "medium" | "high" | "critical";

/** One setting of a rule: what values it takes, as a JSON schema with a default, and what it means. */
export interface Setting<Value = boolean | number | string | object> {
    readonly type: "integer" | "number" | "string" | "boolean" | "array" | "object";
    readonly description: string;
    readonly default: Value;
    readonly minimum?: number;
    readonly pattern?: string;
    readonly items?: { readonly type: "string" };
    readonly additionalProperties?: object;
}

/** A rule's settings by name. */
export type SettingsSchema = Readonly<Record<string, Setting>>;

/** The values of a rule's settings. */
export type SettingsOf<Schema extends SettingsSchema> = {
    readonly [Key in keyof Schema]: Schema[Key] extends Setting<infer Value> ? Widened<Value> : never;
};

/** The type of which a default is one value. */
type Widened<Value> = Value extends number
    ? number
    : Value extends string
      ? string
      : Value extends boolean
        ? boolean
        : Value;

/** What every rule can be set to, besides its own settings. */
export const commonSettings = {
    exempt: {
        type: "array",
        description:
            "Names of resources that the rule leaves alone, on purpose; * stands for anything, and upper and lower case count.",
        default: [] as readonly string[],
        items: { type: "string" },
    },
} as const satisfies SettingsSchema;

/** What rules say; each line a violation, beginning with the property that it is about. */
export type Findings = Iterable<string>;

/**
 * One rule. A check yields a finding a violation; where it needs a value that is not known it lets
 * {@link UnknownValue} pass, and is told of as undecided.
 */
export interface Rule<Name extends string = string, Schema extends SettingsSchema = SettingsSchema> {
    /** In kebab-case: the policy's name. */
    readonly name: Name;
    /** What must hold. A sentence, which the engine shows above each finding. */
    readonly description: string;
    /** Why it matters. A sentence. */
    readonly reason: string;
    /** What to do. A sentence. */
    readonly fix: string;
    /** Where to read more. */
    readonly url: string;
    /** Unless set otherwise. */
    readonly enforcementLevel: EnforcementLevel;
    readonly severity: Severity;
    readonly settings: Schema;
    /** What it needs to be told of a copy. */
    readonly reads: readonly Fact[];
    /** Checks each end of a copy by itself, before the copy runs. */
    checkEnd?(end: End, copy: Copy, settings: SettingsOf<Schema>): Findings;
    /** Checks a copy by itself, before it runs. */
    checkCopy?(copy: Copy, settings: SettingsOf<Schema>): Findings;
    /** Checks a copy amid its stack. In `pulumi up` without a preview this comes after the copies. */
    checkInStack?(copy: Copy, stack: Stack, settings: SettingsOf<Schema>): Findings;
    /** Mends a resource in place where there is one right answer, and says whether it did. */
    remedy?(remedies: Remedies, properties: Record<string, unknown>, copy: Copy, settings: SettingsOf<Schema>): boolean;
}

/** Keeps a rule's name and settings as types. */
export function defineRule<const Name extends string, const Schema extends SettingsSchema>(
    rule: Rule<Name, Schema>,
): Rule<Name, Schema> {
    return rule;
}
