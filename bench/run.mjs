// `npm run bench -- NAME …`: runs benches by name, all of them without one. Each prints a table for people and, as its last
// line, one JSON object with its figures: ratios against a peer or a floor of the same run, which a slow machine leaves alone.

import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const benches = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".bench.mjs"))
    .map((file) => file.replace(/\.bench\.mjs$/, ""));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.includes(name));
if (unknown.length > 0) {
    console.error(`no bench is called ${unknown.join(", ")}; there are ${benches.join(", ")}`);
    process.exit(1);
}
const pulumi = execFileSync("node", [join(import.meta.dirname, "../tools/pulumi/get.mjs")], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
});
process.env.PATH = `${pulumi.trim()}${delimiter}${process.env.PATH}`;
for (const name of wanted.length > 0 ? wanted : benches) {
    const { bench } = await import(`./${name}.bench.mjs`);
    const { rows, figures } = await bench();
    console.table(rows);
    console.log(JSON.stringify({ bench: name, figures }));
}
