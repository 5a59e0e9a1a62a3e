// The rules' reference, from the rules themselves: policy/README.md.

import type { CopyReader } from "./copies/copy";
import { copyReaders } from "./copies/readers";
import { settingsOf } from "./policies";
import { commonSettings, type Rule, type Setting } from "./rule";
import { rules } from "./rules";
import { unknownValues } from "./rules/unknownValues";

/** Whether a rule can be decided for resources that a reader reads. */
export function covers(rule: Rule, reader: CopyReader): boolean {
    return rule.name === unknownValues.name || rule.reads.every((fact) => reader.tells.includes(fact));
}

/** The reference in Markdown. */
export function reference(): string {
    const all: readonly Rule[] = rules;
    return `<!-- Made by npm run policy:reference from the rules themselves. -->

# The policy pack's rules

How to use the pack, the README of the package tells. Each rule can be set by its name, to a level, or to a level and settings:

\`\`\`json
{
    "all": "advisory",
    "archive-tier-destination": "mandatory",
    "egress-cost": { "enforcementLevel": "mandatory", "limit": 200 },
    "anonymous-source": { "exempt": ["public-*"] }
}
\`\`\`

Levels are \`advisory\` (shown), \`mandatory\` (stops), \`remediate\` (mends what can be mended, stops otherwise) and \`disabled\`. In code the names are in
camelCase. A name that means nothing is an error.

A rule is decided **before** the copy where the resource itself tells enough, also in \`pulumi up\`. Where it takes a look at the whole **stack**,
Pulumi asks it in the preview, and in \`pulumi up\` only after the copy: run the preview first, as \`pulumi up\` does unless told otherwise.

## What is covered

| rule | ${copyReaders.map(({ label }) => label).join(" | ")} | decided | level | mends |
| --- | ${copyReaders.map(() => "---").join(" | ")} | --- | --- | --- |
${all.map(row).join("\n")}

A rule that isn't covered for a type needs what the type doesn't tell, or does what the type never does.

Every rule has the setting \`exempt\`: ${commonSettings.exempt.description}

${all.map(section).join("\n\n")}
`;
}

function row(rule: Rule): string {
    const cells = copyReaders.map((reader) => (covers(rule, reader) ? "yes" : "–"));
    return `| [${rule.name}](#${rule.name}) | ${cells.join(" | ")} | ${decided(rule)} | ${rule.enforcementLevel} | ${rule.remedy ? "yes" : "–"} |`;
}

function decided(rule: Rule): string {
    const before = rule.checkEnd || rule.checkCopy ? ["before"] : [];
    const stack = rule.checkInStack || rule.name === unknownValues.name ? ["stack"] : [];
    return [...before, ...stack].join(", ");
}

function section(rule: Rule): string {
    const { exempt: _, ...settings } = settingsOf(rule);
    const lines = Object.entries(settings).map(([name, setting]) => `| \`${name}\` | ${describeSetting(setting)} |`);
    const table =
        lines.length > 0 ? `\n\n| setting | what it means | default |\n| --- | --- | --- |\n${lines.join("\n")}` : "";
    return `## ${rule.name}

${rule.description} ${rule.reason}

To mend it: ${rule.fix} [More](${rule.url}).${table}`;
}

function describeSetting(setting: Setting): string {
    return `${setting.description} | \`${JSON.stringify(setting.default)}\``;
}
