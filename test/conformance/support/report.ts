import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Hands what a test found to `npm run conformance`, which says by CONFORMANCE_REPORTS in which folder it looks. */
export function report(name: string, found: object): void {
    const folder = process.env.CONFORMANCE_REPORTS;
    if (folder) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `${name}.json`), JSON.stringify(found));
    }
}
