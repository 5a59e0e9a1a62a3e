/**
 * What tells people something, not programs: stdout is for the folder alone.
 *
 * @param {string} program what it is about, which stands before each line
 * @returns {(text: string) => void}
 */
export function sayAs(program) {
    return (text) => void process.stderr.write(`${program}: ${text}\n`);
}
