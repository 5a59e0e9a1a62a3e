// Gives the repository another owner: node tools/setOwner.mjs <owner> ["<author>"]
// Only `repository` and `author` of package.json say who owns it. Every other mention follows from them, by this script.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [owner, author] = process.argv.slice(2);
if (!/^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i.test(owner ?? "")) {
    console.error(
        'usage: node tools/setOwner.mjs <owner> ["<author>"], where <owner> is a user or organization of GitHub',
    );
    process.exit(1);
}

const manifest = `${ROOT}/package.json`;
const { name, repository, author: oldAuthor } = JSON.parse(readFileSync(manifest, "utf8"));
const [, oldOwner] = /github\.com\/([^/]+)\//.exec(repository.url) ?? [];
const from = `github.com/${oldOwner}/${name}`;
const to = `github.com/${owner}/${name}`;

const files = execFileSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
for (const file of files) {
    const text = readFileSync(`${ROOT}/${file}`, "utf8");
    let changed = text.replaceAll(from, to);
    if (file === "package.json" && author !== undefined) {
        changed = changed.replace(JSON.stringify(oldAuthor), JSON.stringify(author));
    }
    if (changed !== text) {
        writeFileSync(`${ROOT}/${file}`, changed);
        console.log(file);
    }
}
