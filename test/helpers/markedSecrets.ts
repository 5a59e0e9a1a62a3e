// Secrets that a test has marked, and the search for them, in whatever form, in texts that must hold none.

/** What shows a secret by its own looks: signatures that the package makes itself, tokens, the headers that carry them. */
const shapes: Readonly<Record<string, RegExp>> = {
    "a SAS signature": /\bsig(?:=|%3d)(?!REDACTED)[^\s&"]{8}/i,
    "a presigned URL's signature": /X-(?:Amz|Goog)-Signature(?:=|%3d)(?!REDACTED)[^\s&"]{8}/i,
    "a token": /\beyJ[\w-]{10,}\.[\w-]{4,}/,
    "a bearer token": /Bearer (?!REDACTED)[\w.~+/-]{16}/,
    "a Shared Key signature": /SharedKey(?:Lite)? \w+:(?!REDACTED)[\w+/]{8}/,
    "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY/,
};

/** A secret as programs write it: plain, in URLs, in JSON, in base64 (alone, and amid other text), in hexadecimal digits. */
function formsOf(secret: string): Record<string, string> {
    const inUrl = encodeURIComponent(secret);
    const amid = (before: number) => {
        const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]).toString("base64");
        // What stands at the ends depends on the text around it.
        return encoded.slice(before === 0 ? 0 : 4, encoded.length - 4);
    };
    return {
        plain: secret,
        "percent-encoded": inUrl,
        "percent-encoded in lower case": inUrl.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
        "twice percent-encoded": encodeURIComponent(inUrl),
        "form-encoded": new URLSearchParams({ _: secret }).toString().slice(2),
        "in JSON": JSON.stringify(secret).slice(1, -1),
        "in base64": amid(0),
        "in base64 after a byte": amid(1),
        "in base64 after two bytes": amid(2),
        "in hexadecimal digits": Buffer.from(secret).toString("hex"),
        "decoded, in hexadecimal digits": Buffer.from(secret, "base64").toString("hex"),
    };
}

/** Secrets by name. */
export class MarkedSecrets {
    private readonly found = new Map<string, { readonly name: string; readonly form: string }>();

    /** Remembers a secret, which it returns. */
    mark(name: string, secret: string): string {
        for (const [form, text] of Object.entries(formsOf(secret))) {
            // What is no base64 may be decoded to a byte or two, which stand anywhere.
            if (text.length >= 8 && !this.found.has(text)) {
                this.found.set(text, { name, form });
            }
        }
        return secret;
    }

    /** The names of all. */
    get names(): string[] {
        return [...new Set([...this.found.values()].map(({ name }) => name))].sort();
    }

    /** The names of those that a text holds, in whatever form. */
    namesIn(text: string): string[] {
        return [...new Set(this.marksIn(text).map(({ name }) => name))].sort();
    }

    /** All that a text shows: those that are marked, with the form in which it holds them, and what looks like others. */
    in(text: string): string[] {
        const looks = Object.entries(shapes).filter(([, shape]) => shape.test(text));
        return [...this.marksIn(text).map(({ name, form }) => `${name} (${form})`), ...looks.map(([name]) => name)];
    }

    private marksIn(text: string) {
        return [...this.found].filter(([form]) => text.includes(form)).map(([, mark]) => mark);
    }
}
