import { defineRule } from "../rule";

/** What a preview could not decide. It checks nothing itself: the pack reports by it what the other rules were missing. */
export const unknownValues = defineRule({
    name: "unknown-values",
    description: "Every rule should be decided in the preview.",
    reason: "A rule that needs a value which is not known yet neither passes nor fails.",
    fix: "Give plain values, such as an accountName that the program chooses; or look at what pulumi up says, which knows them.",
    url: "https://www.pulumi.com/docs/iac/concepts/inputs-outputs/",
    enforcementLevel: "advisory",
    severity: "low",
    settings: {},
    reads: [],
});
