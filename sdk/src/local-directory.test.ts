import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readlinkSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { joinBytes, streamOf } from "./byte-stream.ts";
import { extractDirectory, leadsInside, packDirectory, safeName } from "./local-directory.ts";
import { encodeTarHeader, type TarEntry, tarEnd, tarPadding } from "./tar-header.ts";
import { readTar } from "./tar-reader.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), "devbox-tar-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const longName = `${"ü".repeat(60)}/${"n".repeat(120)}.txt`;

async function pack(root: string, omitted: string[] = []): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of packDirectory(root, omitted)) chunks.push(chunk);
	return joinBytes(chunks);
}

/** In pieces of a size that fits nothing. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
	for (let i = 0; i < bytes.length; i += 333) yield bytes.subarray(i, i + 333);
}
const extract = (
	bytes: Uint8Array,
	to = "out",
	o: { ifExists: "fail" | "merge"; bytesMax?: number } = { ifExists: "fail" },
) => extractDirectory(streamOf(inPieces(bytes)), at(to), o);

function makeTree(root: string): void {
	mkdirSync(path.join(root, "empty"), { recursive: true });
	mkdirSync(path.join(root, path.dirname(longName)), { recursive: true });
	writeFileSync(path.join(root, longName), "long");
	writeFileSync(path.join(root, "big"), Buffer.alloc(600_000, "x"));
	writeFileSync(path.join(root, "run.sh"), "#!/bin/sh\n");
	chmodSync(path.join(root, "run.sh"), 0o750);
	writeFileSync(path.join(root, "none"), "");
	symlinkSync("run.sh", path.join(root, "link"));
	symlinkSync("/etc/passwd", path.join(root, "outside"));
	linkSync(path.join(root, "run.sh"), path.join(root, "second"));
}

describe("a directory", () => {
	test("comes back as it was: names, bytes, modes, times and links", async () => {
		makeTree(at("in"));
		const omitted: string[] = [];
		const result = await extract(await pack(at("in"), omitted));
		expect(omitted).toEqual(["outside"]);
		expect(result).toMatchObject({ omitted: [], sizeBytes: 600_000 + 4 + 10 + 10 });
		expect(readFileSync(at(`out/${longName}`), "utf8")).toBe("long");
		expect(readFileSync(at("out/big"))).toEqual(Buffer.alloc(600_000, "x"));
		expect(lstatSync(at("out/run.sh")).mode & 0o777).toBe(0o750);
		expect(Math.abs(lstatSync(at("out/run.sh")).mtimeMs - lstatSync(at("in/run.sh")).mtimeMs)).toBeLessThan(1_000);
		expect(lstatSync(at("out/empty")).isDirectory()).toBe(true);
		expect(lstatSync(at("out/none")).size).toBe(0);
		expect(readlinkSync(at("out/link"))).toBe("run.sh");
		expect(existsSync(at("out/outside"))).toBe(false);
	});

	test("is an archive that the system's tar reads, and the other way round", async () => {
		makeTree(at("in"));
		writeFileSync(at("ours.tar"), await pack(at("in")));
		mkdirSync(at("theirs"));
		execFileSync("tar", ["-xf", at("ours.tar"), "-C", at("theirs")]);
		expect(readFileSync(at(`theirs/${longName}`), "utf8")).toBe("long");
		for (const format of ["gnu", "pax", "ustar"]) {
			const args = ["-cf", "-", `--format=${format}`, "-C", at("in"), "big", "link", "run.sh", "second", "empty"];
			const result = await extract(execFileSync("tar", args, { maxBuffer: 1e7 }), format);
			expect(result).toMatchObject({ entries: 5, omitted: [] });
			expect(lstatSync(at(`${format}/second`)).ino).toBe(lstatSync(at(`${format}/run.sh`)).ino);
		}
		const long = execFileSync("tar", ["-cf", "-", "--format=gnu", "-C", at("in"), longName]);
		await extract(long, "gnu-long");
		expect(readFileSync(at(`gnu-long/${longName}`), "utf8")).toBe("long");
	});

	test("is not mixed with what is there, unless told", async () => {
		mkdirSync(at("in"));
		writeFileSync(at("in/a"), "new");
		mkdirSync(at("out"));
		writeFileSync(at("out/a"), "old");
		writeFileSync(at("out/b"), "kept");
		const tar = await pack(at("in"));
		await expect(extract(tar)).rejects.toMatchObject({ code: "conflict" });
		await extract(tar, "out", { ifExists: "merge" });
		expect([readFileSync(at("out/a"), "utf8"), readFileSync(at("out/b"), "utf8")]).toEqual(["new", "kept"]);
	});

	test("that is none is refused in words", async () => {
		await expect(pack(at("nothing"))).rejects.toMatchObject({ code: "not_found" });
	});
});

describe("an archive from a hostile devbox", () => {
	type Kind = "file" | "directory" | "symlink" | "link";
	function archive(...entries: (Partial<TarEntry> & { name: string; kind: Kind; body?: string })[]): Uint8Array {
		const blocks = entries.flatMap(({ body = "", ...entry }) => {
			const bytes = new TextEncoder().encode(body);
			const whole = { mode: 0o777, modifiedAtSeconds: 0, target: "", ...entry, sizeBytes: bytes.length };
			return [...encodeTarHeader(whole), bytes, tarPadding(bytes.length)];
		});
		return joinBytes([...blocks, tarEnd]);
	}

	test("writes nothing outside of the target", async () => {
		writeFileSync(at("victim"), "mine");
		const result = await extract(
			archive(
				{ kind: "file", name: "../victim", body: "theirs" },
				{ kind: "file", name: at("victim"), body: "theirs" },
				{ kind: "file", name: "a/../../victim", body: "theirs" },
				{ kind: "symlink", name: "up", target: ".." },
				{ kind: "symlink", name: "deep/up", target: "../../victim" },
				{ kind: "symlink", name: "absolute", target: folder },
				{ kind: "link", name: "same", target: "../victim" },
				{ kind: "link", name: "same", target: at("victim") },
				{ kind: "file", name: "good", body: "good" },
			),
		);
		expect(readFileSync(at("victim"), "utf8")).toBe("mine");
		expect(result).toMatchObject({ entries: 1, sizeBytes: 4 });
		expect(result.omitted).toHaveLength(8);
		expect(existsSync(at("out/up"))).toBe(false);
	});

	test("cannot write through a link that it brought, or that was there", async () => {
		mkdirSync(at("elsewhere"));
		await extract(
			archive(
				{ kind: "directory", name: "real" },
				{ kind: "symlink", name: "way", target: "real" },
				{ kind: "file", name: "way/file", body: "x" },
			),
		);
		expect(lstatSync(at("out/way")).isDirectory()).toBe(true);
		expect(existsSync(at("out/real/file"))).toBe(false);
		mkdirSync(at("old"));
		symlinkSync(at("elsewhere"), at("old/way"));
		symlinkSync(at("elsewhere/made"), at("old/file"));
		const result = await extract(
			archive({ kind: "file", name: "way/file", body: "x" }, { kind: "file", name: "file", body: "mine" }),
			"old",
			{ ifExists: "merge" },
		);
		expect(result.omitted).toEqual(["way/file"]);
		expect(existsSync(at("elsewhere/file"))).toBe(false);
		expect(existsSync(at("elsewhere/made"))).toBe(false);
		expect(lstatSync(at("old/file")).isFile()).toBe(true);
	});

	test("brings no set-user-id bit and no device", async () => {
		const device = archive({ kind: "file", name: "null" });
		device[156] = "3".charCodeAt(0);
		device.set(new TextEncoder().encode("        "), 148);
		const sum = device.subarray(0, 512).reduce((total, byte) => total + byte, 0);
		device.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
		expect(await extract(device, "device")).toMatchObject({ entries: 0, omitted: ["null"] });
		await extract(archive({ kind: "file", name: "su", mode: 0o4755, body: "x" }));
		expect(lstatSync(at("out/su")).mode & 0o7777).toBe(0o755);
	});

	test("is cut off when it is too large, or ends in the middle, or is no archive", async () => {
		const tar = archive({ kind: "file", name: "a", body: "x".repeat(5_000) });
		await expect(extract(tar, "a", { ifExists: "fail", bytesMax: 4_999 })).rejects.toMatchObject({ code: "too_large" });
		await expect(extract(tar.subarray(0, 2_000), "b")).rejects.toThrow();
		await expect(extract(new Uint8Array(2_048).fill(65), "c")).rejects.toThrow();
		const endless = encodeTarHeader({
			kind: "file",
			name: "h",
			mode: 0,
			sizeBytes: 2 ** 40,
			modifiedAtSeconds: 0,
			target: "",
		});
		const header = joinBytes(endless);
		header[header.length - 512 + 156] = "x".charCodeAt(0);
		await expect(readAll(header)).rejects.toThrow();
	});

	async function readAll(bytes: Uint8Array): Promise<string[]> {
		const names: string[] = [];
		for await (const member of readTar(inPieces(bytes))) names.push(member.name);
		return names;
	}

	test("its names are read the same however long they are", async () => {
		for (let length = 90; length < 120; length++) {
			const name = "n".repeat(length);
			expect(await readAll(archive({ kind: "file", name, body: "x" }, { kind: "file", name: "after" }))).toEqual([
				name,
				"after",
			]);
		}
	});
});

describe("names", () => {
	test("that lead outside are none", () => {
		for (const name of ["/etc", "..", "a/../..", "a/../b", "a\0b", "a\\b"]) expect(safeName(name)).toBeNull();
		expect(["./a//b/", "a/./b", "a/b"].map(safeName)).toEqual(["a/b", "a/b", "a/b"]);
		expect(safeName("./")).toBe("");
	});

	test("a link stays inside, or is none", () => {
		expect(leadsInside("a/b/link", "../../c")).toBe(true);
		expect(leadsInside("a/link", "b/../../c")).toBe(true);
		expect(leadsInside("a/link", "../../c")).toBe(false);
		expect(leadsInside("link", "../out")).toBe(false);
		expect(leadsInside("link", "/etc")).toBe(false);
	});
});
