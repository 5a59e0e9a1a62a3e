// FileCopy under the real Pulumi CLI, as a user installs it. What was copied is checked at the service, through the Azure SDK.

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sourceText, startFiles, type TestFiles } from "../helpers/files";
import { type Program, type ResourceState, withStack } from "../helpers/stack";

let files: TestFiles;

beforeEach(async () => {
    files = await startFiles({ realTime: true, copySeconds: 0 });
});

afterEach(async () => {
    await files.close();
});

const writes = () => files.operations().filter((operation) => !/^(Get|List)/.test(operation));

describe("pulumi up with a FileCopy", () => {
    it("goes through create, no change, properties in place, a changed source, another destination, destroy", async () => {
        const args: { current: Record<string, unknown> } = { current: {} };
        const program: Program = ({ copy }) => {
            const seed = new copy.FileCopy("seed", { ...files.inputs, ...args.current } as never);
            return { url: seed.url, length: seed.contentLength, smb: seed.smbProperties };
        };
        await withStack(program, async ({ up, preview, refresh, destroy, resources }) => {
            expect((await preview()).steps).toEqual({ seed: ["create"] });
            expect(writes()).toEqual([]);
            const first = await up();
            expect(first.error).toBeUndefined();
            const { fileAttributes } = await files.file().getProperties();
            expect(first.outputs).toMatchObject({
                url: files.file().url,
                length: sourceText.length,
                smb: { fileAttributes },
            });
            expect(await files.text()).toBe(sourceText);

            writes();
            expect((await up()).steps).toEqual({ seed: ["same"] });
            expect((await refresh()).steps).toEqual({ seed: ["refresh"] });
            args.current = { metadata: { stage: "dev" }, fileAttributes: "Hidden" };
            expect((await up()).steps).toEqual({ seed: ["update"] });
            expect(new Set(writes())).toEqual(new Set(["Lease File", "Set File Metadata", "Set File Properties"]));
            expect(await files.file().getProperties()).toMatchObject({
                metadata: { stage: "dev" },
                fileAttributes: "Hidden",
                leaseState: "available",
            });

            files.write("something newer");
            const seen = await preview();
            expect(seen.steps).toEqual({ seed: ["update"] });
            expect(seen.transcript).toContain("sourceEtag");
            expect((await up()).steps).toEqual({ seed: ["update"] });
            expect(await files.text()).toBe("something newer");

            args.current = { destination: { ...files.inputs.destination, filePath: "else/where.json" } };
            expect((await up()).steps.seed).toEqual(["create-replacement", "replace", "delete-replaced"]);
            expect(await files.text("else/where.json")).toBe("something newer");
            expect(await files.names()).toEqual([]); // the directory stays

            expect((await destroy()).steps).toEqual({ seed: ["delete"] });
            expect(await files.file("else/where.json").exists()).toBe(false);
            expect(await files.share("dev").getDirectoryClient("else").exists()).toBe(true);
            expect(await resources()).toEqual([]);
        });
    });

    it("survives a rename without an alias, and up --replace", async () => {
        const args = { name: "seed" };
        const program: Program = ({ copy }) => {
            new copy.FileCopy(args.name, files.inputs as never);
            return undefined;
        };
        await withStack(program, async ({ up, resources, destroy }) => {
            expect((await up()).error).toBeUndefined();
            const { fileId } = await files.file().getProperties();
            args.name = "renamed";
            expect((await up()).steps).toEqual({ seed: ["delete"], renamed: ["create"] });
            expect(await files.text()).toBe(sourceText);
            expect((await up()).steps).toEqual({ renamed: ["same"] });
            const [{ urn }] = (await resources()) as [ResourceState];
            expect((await up({ replace: [urn] })).steps.renamed).toContain("create-replacement");
            expect((await files.file().getProperties()).fileId).toBe(fileId);
            expect((await up()).steps).toEqual({ renamed: ["same"] });
            expect((await destroy()).error).toBeUndefined();
            expect(await files.file().exists()).toBe(false);
        });
    });

    it("adopts a file of equal content, and leaves it at destroy", async () => {
        const md5 = createHash("md5").update(sourceText).digest("base64");
        files.write(sourceText, { contentMd5: md5 });
        files.simulator.account("dev").putFile("seed", "app/settings.json", sourceText, {
            contentType: "application/json",
            metadata: { origin: "golden" },
            contentMd5: md5,
        });
        const args: { current: Record<string, unknown> } = { current: { metadata: { stage: "dev" } } };
        const program: Program = ({ copy }) => {
            new copy.FileCopy("seed", { ...files.inputs, ...args.current } as never);
            return undefined;
        };
        await withStack(program, async ({ up, refresh, destroy, resources }) => {
            const refused = await up();
            expect(refused.error).toMatch(/that this resource did not make.*adopt/s);
            expect(await resources()).toEqual([]);
            expect((await files.file().getProperties()).metadata).toEqual({ origin: "golden" });
            args.current = { metadata: { stage: "dev" }, adopt: true };
            const adopted = await up();
            expect(adopted.error).toBeUndefined();
            expect(adopted.warnings.join()).toMatch(
                /has the source's content.*It was adopted, and pulumi destroy will leave it/,
            );
            expect((await files.file().getProperties()).metadata).toEqual({ stage: "dev" });
            expect((await up()).steps).toEqual({ seed: ["same"] });
            await refresh();
            expect((await destroy()).warnings.join()).toMatch(/was there before this resource/);
            expect(await files.text()).toBe(sourceText);
        });
    });

    it("reads an existing file with FileCopy.get", async () => {
        files.simulator.account("dev").putFile("seed", "app/settings.json", "there already", {
            contentType: "text/markdown",
            fileAttributes: "Hidden",
        });
        const program: Program = ({ copy }) => {
            const { connectionString } = files.inputs.destination;
            const found = copy.FileCopy.get("found", files.file().url, {
                destination: { connectionString: connectionString! },
            });
            return {
                length: found.contentLength,
                type: found.contentType,
                attributes: found.smbProperties.fileAttributes,
            };
        };
        await withStack(program, async ({ up, destroy }) => {
            const { outputs, error } = await up();
            expect(error).toBeUndefined();
            expect(outputs).toEqual({ length: 13, type: "text/markdown", attributes: "Hidden" });
            await destroy();
            expect(await files.text()).toBe("there already");
        });
    });
});
