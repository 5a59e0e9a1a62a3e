// The hosts of Azure's public cloud, for a client that is given no others: a proxy that leads them to a simulator.

import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSecureServer, request } from "node:https";

const LOGIN = "login.microsoftonline.com";
const MANAGEMENT = "management.azure.com";

/**
 * Starts the proxy, whose `url` is for HTTPS_PROXY, and whose `certificate` the client must trust.
 * @param simulator one that serves https
 */
export async function startPublicAzure(simulator, require) {
    const { cert, private: key } = await certify([LOGIN, MANAGEMENT, "*.blob.core.windows.net"], require);
    const azure = createSecureServer({ cert, key }, (incoming, outgoing) => {
        if (incoming.headers.host === MANAGEMENT) {
            // A login asks for the subscriptions, of which the principal has none.
            outgoing.setHeader("content-type", "application/json").end('{"value":[]}');
        } else {
            handOn(incoming, outgoing, simulator);
        }
    });
    const proxy = createServer();
    const sockets = new Set();
    proxy.on("connect", (_, socket) => {
        sockets.add(socket.on("error", () => socket.destroy()));
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        azure.emit("connection", socket);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    return {
        url: `http://127.0.0.1:${proxy.address().port}`,
        certificate: cert,
        close() {
            for (const socket of sockets) {
                socket.destroy();
            }
            proxy.close();
        },
    };
}

/** As it is, the host's name included, by which the simulator knows the account. */
function handOn(incoming, outgoing, { url, certificate, entra }) {
    const { method, headers } = incoming;
    const options = { method, headers, ca: certificate, servername: "localhost", agent: false };
    const handedOn = request(`${url}${incoming.url}`, options, async (answer) => {
        let body = Buffer.concat(await answer.toArray());
        if (headers.host === LOGIN) {
            // What issues a token is as the client knows it.
            body = Buffer.from(body.toString().replaceAll(entra.authorityHost, `https://${LOGIN}`));
        }
        const { "transfer-encoding": _, ...own } = answer.headers;
        outgoing.writeHead(answer.statusCode, answer.statusMessage, { ...own, "content-length": body.length });
        outgoing.end(body);
    });
    handedOn.on("error", () => outgoing.destroy());
    incoming.pipe(handedOn);
}

/** A certificate for the names, by itself. */
function certify(names, require) {
    return require("selfsigned").generate([{ name: "commonName", value: names[0] }], {
        keyType: "ec",
        algorithm: "sha256",
        extensions: [
            { name: "basicConstraints", cA: true, critical: true },
            { name: "subjectAltName", altNames: names.map((value) => ({ type: 2, value })) },
        ],
    });
}
