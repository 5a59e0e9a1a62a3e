// `npm run policy:reference`: writes policy/README.md from the rules.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const { reference } = createRequire(import.meta.url)(join(root, "dist/policy/reference.js"));
writeFileSync(join(root, "policy/README.md"), reference());
