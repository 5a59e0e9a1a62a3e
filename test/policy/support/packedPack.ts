import type { TestProject } from "vitest/node";
import setup from "../../helpers/packedPackage";

/** Once for all of test/policy: the package as a user installs it, with Pulumi's policy SDK beside it. */
export default function setupWithPolicySdk(project: TestProject): () => void {
    return setup(project, "@pulumi/policy");
}
