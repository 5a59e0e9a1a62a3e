// The package brings no types: what test/helpers/s3.ts uses of it.

declare module "@20minutes/s3rver" {
    import type { Server } from "node:http";
    import type { AddressInfo } from "node:net";

    export default class S3rver {
        constructor(options: {
            address: string;
            port: number;
            silent: boolean;
            directory: string;
            resetOnClose: boolean;
            configureBuckets: { name: string }[];
        });
        readonly httpServer: Server;
        readonly logger: { silent: boolean };
        run(): Promise<AddressInfo>;
        close(): Promise<void>;
    }
}

declare module "@20minutes/s3rver/lib/models/account" {
    export const DUMMY_ACCOUNT: { createKeyPair(accessKeyId: string, secretAccessKey: string): void };
}
