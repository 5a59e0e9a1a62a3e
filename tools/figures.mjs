// `npm run figures`: the house in numbers. Prints one row a room, then the circles, the functions over the complexity that is allowed, and the case
// titles of test/. `npm run figures -- --titles` prints the titles alone, sorted, so that two versions can be compared.

import { resolve } from "node:path";
import { complexFunctions } from "./figures/complexity.mjs";
import { circlesOf, deepestChain } from "./figures/imports.mjs";
import { readRoom } from "./figures/read.mjs";

const root = resolve(import.meta.dirname, "..");
/** By the folder under which each file is counted; src/ is a whole, and then its rooms. */
const folders = ["src", "simulator", "policy", "common", "test"];

const files = folders.flatMap((folder) => readRoom(root, folder));
const titles = files.flatMap((file) => file.titles).sort();

if (process.argv.includes("--titles")) {
    console.log(titles.join("\n"));
} else {
    const complex = complexFunctions(root, files);
    const rooms = [...folders, ...roomsOf("src")].sort((a, b) => folders.indexOf(topOf(a)) - folders.indexOf(topOf(b)));
    console.table(Object.fromEntries(rooms.map((room) => [room, rowOf(room, complex)])));
    const circles = circlesOf(files);
    console.log(`circles of imports, types included: ${circles.length}`);
    for (const circle of circles) {
        console.log(`  ${circle.join(" ↔ ")}`);
    }
    console.log(`case titles in test: ${titles.length}, of them different: ${new Set(titles).size}`);
}

/** The rooms of a folder: its own folders, and the files beside them. */
function roomsOf(folder) {
    const below = files.filter(({ path }) => path.startsWith(`${folder}/`)).map(({ path }) => path.split("/"));
    return [...new Set(below.map((parts) => (parts.length > 2 ? `${folder}/${parts[1]}` : `${folder}/*.ts`)))].sort();
}

function topOf(room) {
    return room.split("/")[0];
}

function rowOf(room, complex) {
    const isIn = (path) =>
        room.endsWith("/*.ts")
            ? path.split("/").length === 2 && topOf(path) === topOf(room)
            : path.startsWith(`${room}/`);
    const own = files.filter(({ path }) => isIn(path));
    const longest = own.reduce((a, b) => (b.allLines > a.allLines ? b : a));
    return {
        files: own.length,
        lines: own.reduce((sum, { lines }) => sum + lines, 0),
        "longest file": `${longest.allLines} ${longest.path.slice(topOf(room).length + 1)}`,
        "deepest chain": deepestChain(own),
        circles: circlesOf(own).length,
        "over complexity": complex.filter(isIn).length,
    };
}
