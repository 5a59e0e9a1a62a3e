// The one message that says why there is no Pulumi CLI, and what to do.

/**
 * @param {{ tried: string, failure: string }[]} attempts
 * @param {string} oldest the oldest version that would do
 */
export function failureMessage(attempts, oldest) {
    return [
        "there is no Pulumi CLI, and none could be got:",
        ...attempts.map(({ tried, failure }) => `  - ${tried}: ${failure}`),
        `Install the Pulumi CLI v${oldest} or newer, and have its folder on PATH: https://www.pulumi.com/docs/install/`,
        "Or install Go, from which it can be built: https://go.dev/doc/install",
    ].join("\n");
}
