// The table of docs/compatibility.md.

import { installer } from "./installers.mjs";
import { versionOf } from "./toolbox.mjs";

const heads = ["installed by", "Node.js", "@pulumi/pulumi", "program", "TypeScript", "result"];

/** @param {{ cell: import("./cells.mjs").Cell, failure?: import("./stack.mjs").StepFailure }[]} results */
export function table(results) {
    const rows = results.map(({ cell, failure }) => [
        named(cell),
        versionOf(`node-${cell.node}`),
        cell.sdk,
        cell.kind,
        cell.vendored ? "none of its own" : (cell.typescript ?? "–"),
        failure ? `**no**: ${cell.refused?.test(failure.output) ? cell.why : failure.message}` : "works",
    ]);
    const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
    return [`${new Date().toISOString().slice(0, 10)}, ${process.platform} ${process.arch}`, "", ...lines].join("\n");
}

/** An installer with its version: `Yarn 4.18.1, PnP`. @param {import("./cells.mjs").Cell} cell */
function named(cell) {
    const { version } = installer(cell.installer, cell);
    const [, name, rest = ""] = /^(\S+)(?: \d+)?(, .*)?$/.exec(cell.installer);
    return `${name} ${version}${rest}${cell.forced ? ", forced" : ""}`;
}
