// What a file is made of, by the TypeScript compiler: its lines of code, its imports, and the titles of its cases.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";

/**
 * @typedef {object} SourceFile
 * @property {string} path from the root, with slashes
 * @property {number} lines that are neither blank nor of a comment alone
 * @property {number} allLines
 * @property {string[]} imports the files that it imports or re-exports, types included, by the paths of the others
 * @property {string[]} titles of its cases
 * @property {number} ignored how many functions a `biome-ignore` lets be more complex than is allowed
 */

/**
 * @param {string} root
 * @param {string} folder of the root
 * @returns {SourceFile[]} the files of TypeScript and JavaScript in it
 */
export function readRoom(root, folder) {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.m?[jt]s$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
        .map((entry) => readFile(root, join(entry.parentPath, entry.name)))
        .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function readFile(root, file) {
    const text = readFileSync(file, "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const codeLines = new Set();
    const imports = new Set();
    const titles = [];
    visit(source);
    const named = (path) => relative(root, path).split(sep).join("/");
    return {
        path: named(file),
        lines: codeLines.size,
        allLines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
        imports: [...imports]
            .map((name) => resolveImport(dirname(file), name))
            .filter((path) => path)
            .map(named),
        titles,
        ignored: text.match(/^\s*\/\/ biome-ignore lint\/complexity\/noExcessiveCognitiveComplexity/gm)?.length ?? 0,
    };

    function visit(node) {
        if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) {
            return;
        }
        const imported = importedBy(node);
        if (imported?.startsWith(".")) {
            imports.add(imported);
        }
        const title = titleOf(node);
        if (title !== undefined) {
            titles.push(title);
        }
        const children = node.getChildren(source);
        children.forEach(visit);
        if (children.length === 0 && node.getWidth(source) > 0) {
            addLines(node);
        }
    }

    function addLines(token) {
        const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line;
        for (let line = lineAt(token.getStart(source)); line <= lineAt(token.getEnd()); line++) {
            if (!isBlank(line)) {
                codeLines.add(line);
            }
        }
    }

    /** Lines within a template may be blank. */
    function isBlank(line) {
        const starts = source.getLineStarts();
        return text.slice(starts[line], starts[line + 1]).trim() === "";
    }
}

/** The module that a node names: of `import`, `export … from`, `import()` and a type's `import("…")`. */
function importedBy(node) {
    const specifier =
        ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
            ? node.moduleSpecifier
            : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
              ? node.arguments[0]
              : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
                ? node.argument.literal
                : undefined;
    return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

/** The title of a case: the first argument of `it` and `test`, and of `it.each(…)` and the like. */
function titleOf(node) {
    if (!ts.isCallExpression(node) || node.arguments.length < 2 || !isCase(node.expression)) {
        return undefined;
    }
    const [title] = node.arguments;
    return ts.isStringLiteralLike(title) || ts.isTemplateExpression(title) ? title.getText().slice(1, -1) : undefined;
}

function isCase(callee) {
    if (ts.isIdentifier(callee)) {
        return callee.text === "it" || callee.text === "test";
    }
    // it.each(…), it.skipIf(…), it.each`…`, it.only
    return (
        (ts.isCallExpression(callee) && isCase(callee.expression)) ||
        (ts.isTaggedTemplateExpression(callee) && isCase(callee.tag)) ||
        (ts.isPropertyAccessExpression(callee) && isCase(callee.expression))
    );
}

function resolveImport(folder, name) {
    const path = resolve(folder, name);
    const candidates = [path, `${path}.ts`, `${path}.mts`, join(path, "index.ts"), path.replace(/\.(m?)js$/, ".$1ts")];
    return candidates.find((candidate) => /\.m?[jt]s$/.test(candidate) && existsSync(candidate));
}
