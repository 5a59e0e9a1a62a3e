import { rehydrationWithoutTimeout } from "../../policy/rules/rehydrationWithoutTimeout";
import { blobCopy, command, unknown } from "./support/resources";
import { testRule } from "./support/testRule";

const cli = (flags: string, createSeconds = 0) =>
    command(
        `az storage blob copy start --account-name contosodev -c a -b b -u https://golden.blob.core.windows.net/a/b --tier Hot ${flags}`,
        {},
        { createSeconds },
    );

testRule(rehydrationWithoutTimeout, {
    accepts: {
        "a copy that does not rehydrate": [blobCopy({ timeout: undefined })],
        "priority and timeout": [blobCopy({ waitForRehydration: true, rehydratePriority: "High" })],
        "a command with both": [cli("--rehydrate-priority High", 60)],
    },
    refuses: {
        "no priority": {
            resources: [blobCopy({ waitForRehydration: true })],
            finding: "rehydratePriority is not given, and the copy is waited for until it is rehydrated.",
        },
        "no timeout": {
            resources: [blobCopy({ waitForRehydration: true, rehydratePriority: "High", timeout: undefined })],
            finding: "no timeout is given, and the copy rehydrates.",
        },
        "a command without a timeout": {
            resources: [cli("-r High")],
            finding: "no timeout is given, and the copy rehydrates.",
        },
    },
    undecided: {
        "an unknown priority": {
            resources: [blobCopy({ waitForRehydration: true, rehydratePriority: unknown })],
            property: "rehydratePriority",
        },
        "an unknown choice": { resources: [blobCopy({ waitForRehydration: unknown })], property: "waitForRehydration" },
    },
});
