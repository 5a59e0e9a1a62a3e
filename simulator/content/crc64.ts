import { type Content, pieces } from "./content";

/** The reflected polynomial of the service's CRC64 (as of NVM Express), in halves. */
const [HIGH, LOW] = [0x9a6c9329, 0xac4bc9b5];

/** For each byte the high and the low half, one after the other: 64-bit integers would be a hundred times as slow. */
const TABLE = makeTable();

function makeTable(): Uint32Array {
    const table = new Uint32Array(512);
    for (let byte = 0; byte < 256; byte++) {
        let [high, low] = [0, byte];
        for (let bit = 0; bit < 8; bit++) {
            const carry = low & 1;
            low = ((low >>> 1) | (high << 31)) >>> 0;
            high >>>= 1;
            if (carry) {
                [high, low] = [(high ^ HIGH) >>> 0, (low ^ LOW) >>> 0];
            }
        }
        table[2 * byte] = high;
        table[2 * byte + 1] = low;
    }
    return table;
}

/** The CRC64 of a content, as the x-ms-content-crc64 header has it: 8 bytes in Base64, the lowest first. */
export async function crc64Of(content: Content): Promise<string> {
    let [high, low] = [0xffffffff, 0xffffffff];
    for await (const piece of pieces(content)) {
        for (const byte of piece) {
            const index = 2 * ((low ^ byte) & 255);
            low = ((low >>> 8) | (high << 24)) ^ TABLE[index + 1]!;
            high = (high >>> 8) ^ TABLE[index]!;
        }
    }
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(~low >>> 0, 0);
    bytes.writeUInt32LE(~high >>> 0, 4);
    return bytes.toString("base64");
}
