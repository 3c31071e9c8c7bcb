import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { metadataTar } from "./metadata-tar.ts";

test("the metadata archive is one that tar itself reads back", () => {
	const tar = metadataTar({
		description: 'a "b"',
		serial: "x: 1",
		createdAt: new Date(1_700_000_000_500),
		architecture: "x86_64",
	});
	expect(tar.length % 512).toBe(0);
	expect(execFileSync("tar", ["-tf", "-"], { input: tar, encoding: "utf8" })).toBe("metadata.yaml\n");
	expect(execFileSync("tar", ["-xOf", "-"], { input: tar, encoding: "utf8" })).toBe(
		'architecture: x86_64\ncreation_date: 1700000000\nproperties:\n  description: "a \\"b\\""\n  serial: "x: 1"\n',
	);
});
