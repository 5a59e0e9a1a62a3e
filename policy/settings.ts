// Names of rules and of their settings. The engine checks what values a setting takes, and takes no notice of names that it doesn't know.

import { createRequire } from "node:module";
import { redact } from "../common/redact";
import { quoted } from "../common/visible";
import { settingsOf } from "./policies";
import type { Rule } from "./rule";

/** A pack's configuration, by the names of rules in kebab-case, and `all`. */
export type Configuration = Readonly<Record<string, unknown>>;

/** Every name in a configuration that means nothing, with what is allowed instead. */
export function problemsOf(configuration: Configuration, rules: readonly Rule[]): string[] {
    return Object.entries(configuration).flatMap(([name, value]) => {
        const rule = rules.find((one) => one.name === name);
        if (!rule && name !== "all") {
            return [`${name} is no rule; there are all, ${rules.map((one) => one.name).join(", ")}`];
        }
        const allowed = ["enforcementLevel", ...(rule ? Object.keys(settingsOf(rule)) : [])];
        const given = typeof value === "object" && value !== null ? Object.keys(value) : [];
        return given
            .filter((key) => !allowed.includes(key))
            .map((key) => `${name}.${key} is no setting; there are ${allowed.join(", ")}`);
    });
}

/** It names all rules. */
const longestProblem = 4_096;

/** A mistake in a configuration. No Error: @pulumi/policy would show the stack of one. */
class ConfigurationProblem {
    constructor(private readonly problems: readonly string[]) {}

    toString(): string {
        return `the policy pack's configuration has mistakes:\n${this.problems.map((one) => `  ${quoted(redact(one), longestProblem)}`).join("\n")}`;
    }
}

interface ConfigureRequest {
    getPolicyconfigMap(): {
        entries(): Iterable<[string, { getProperties(): { toJavaScript(): object } | undefined }]>;
    };
}

/**
 * Makes the engine fail where the configuration that it sends has names that mean nothing. @pulumi/policy hands each policy its own
 * settings alone, so that the request is looked at on its way in.
 */
export function refuseUnknownNames(rules: readonly Rule[]): void {
    // The very module that @pulumi/policy uses.
    const load = createRequire(require.resolve("@pulumi/policy"));
    const { AnalyzerService } = load("@pulumi/pulumi/proto/analyzer_grpc_pb");
    const deserialize: (bytes: Buffer) => ConfigureRequest = AnalyzerService.configure.requestDeserialize;
    AnalyzerService.configure.requestDeserialize = (bytes: Buffer) => {
        const request = deserialize(bytes);
        const configuration = Object.fromEntries(
            [...request.getPolicyconfigMap().entries()].map(([name, one]) => [
                name,
                one.getProperties()?.toJavaScript() ?? {},
            ]),
        );
        const problems = problemsOf(configuration, rules);
        if (problems.length > 0) {
            request.getPolicyconfigMap = () => {
                throw new ConfigurationProblem(problems);
            };
        }
        return request;
    };
}
