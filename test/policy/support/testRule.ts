import { describe, expect, it } from "vitest";
import { readerOf } from "../../../policy/copies/readers";
import type { Rule } from "../../../policy/rule";
import { check } from "./check";
import type { FakeResource } from "./resources";

/** Stacks that show what a rule does. */
export interface RuleCases {
    /** Nothing is wrong with any of these. */
    readonly accepts: Record<string, FakeResource[] | { resources: FakeResource[]; settings: object }>;
    /** Each violates the rule once, with a finding that contains the text. */
    readonly refuses: Record<string, { resources: FakeResource[]; settings?: object; finding: string }>;
    /** Each leaves the rule undecided for want of a property; null where it is decided all the same. */
    readonly undecided: Record<string, { resources: FakeResource[]; settings?: object; property: string | null }>;
}

/** What holds of every rule: it accepts, refuses, ignores other types, can be told to leave a resource alone, and tells what it can't decide. */
export function testRule(rule: Rule, { accepts, refuses, undecided }: RuleCases): void {
    describe(rule.name, () => {
        it.each(Object.entries(accepts))("accepts %s", async (_, stack) => {
            const { resources, settings } = Array.isArray(stack) ? { resources: stack, settings: {} } : stack;
            expect(await check(rule, resources, settings)).toEqual({ violations: [], messages: [], undecided: [] });
        });

        it.each(Object.entries(refuses))("refuses %s", async (_, { resources, settings, finding }) => {
            const verdict = await check(rule, resources, settings);
            expect(verdict.violations).toEqual([expect.stringContaining(finding)]);
            expect(verdict.undecided).toEqual([]);
            expect(verdict.messages[0]).toContain(`\nWhy: ${rule.reason}\nFix: ${rule.fix}\nMore: ${rule.url}`);
            expect(verdict.messages.join()).not.toContain("c2lnbmF0dXJl");
        });

        const first = Object.values(refuses)[0]!;

        it("ignores resources of other types", async () => {
            const others = first.resources.map((one) =>
                readerOf(one.type) ? { ...one, type: "other:index:Copy" } : one,
            );
            expect((await check(rule, others, first.settings)).messages).toEqual([]);
        });

        it("leaves exempt resources alone", async () => {
            const settings = { ...first.settings, exempt: first.resources.map(({ name }) => `${name.slice(0, 1)}*`) };
            expect((await check(rule, first.resources, settings)).violations).toEqual([]);
        });

        it("takes a name in another case for another resource's, and tells so", async () => {
            const { resources, settings: own } = first;
            const names = resources.map(({ name }) => name.toUpperCase());
            const verdict = await check(rule, resources, { ...own, exempt: names });
            expect(verdict.violations).toEqual([
                expect.stringMatching(/; exempt has "[A-Z-]+", which is not "[a-z-]+"/),
            ]);
        });

        it.each(Object.entries(undecided))(
            "neither passes nor fails silently on %s",
            async (_, { resources, settings, property }) => {
                const verdict = await check(rule, resources, settings);
                expect(verdict.violations).toEqual([]);
                expect(verdict.undecided).toEqual(
                    property === null
                        ? []
                        : [
                              expect.stringMatching(
                                  new RegExp(
                                      `^${property.replace(/[.$()[\]{}]/g, "\\$&")} is not known in this preview; pulumi up decides .*${rule.name}`,
                                  ),
                              ),
                          ],
                );
            },
        );
    });
}
