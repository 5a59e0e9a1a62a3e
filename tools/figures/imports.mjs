// Circles and chains of imports among files.

/** @typedef {{ readonly path: string; readonly imports: readonly string[] }} File */

/**
 * @param {readonly File[]} files
 * @returns {string[][]} the groups of files in which each leads back to itself
 */
export function circlesOf(files) {
    return groupsOf(files)
        .filter((group) => group.length > 1 || group[0].imports.includes(group[0].path))
        .map((group) => group.map(({ path }) => path).sort());
}

/**
 * @param {readonly File[]} files
 * @returns {number} how many files the longest chain of imports has; those of a circle count as one after the other
 */
export function deepestChain(files) {
    const depths = new Map();
    let deepest = 0;
    // What a group imports comes before it.
    for (const group of groupsOf(files)) {
        const below = group.flatMap(({ imports }) => imports).map((path) => depths.get(path) ?? 0);
        const depth = group.length + Math.max(0, ...below);
        for (const { path } of group) {
            depths.set(path, depth);
        }
        deepest = Math.max(deepest, depth);
    }
    return deepest;
}

/** Tarjan's strongly connected components: what a group imports comes before it. */
function groupsOf(files) {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const order = new Map();
    const lowest = new Map();
    const open = [];
    const groups = [];
    for (const file of files) {
        if (!order.has(file)) {
            visit(file);
        }
    }
    return groups;

    function visit(file) {
        order.set(file, order.size);
        lowest.set(file, order.get(file));
        open.push(file);
        for (const path of file.imports) {
            const imported = byPath.get(path);
            if (imported && !order.has(imported)) {
                visit(imported);
            }
            if (imported && open.includes(imported)) {
                lowest.set(file, Math.min(lowest.get(file), lowest.get(imported)));
            }
        }
        if (lowest.get(file) === order.get(file)) {
            groups.push(open.splice(open.indexOf(file)));
        }
    }
}
