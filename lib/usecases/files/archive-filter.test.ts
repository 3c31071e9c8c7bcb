import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { extract, type Header, pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { ArchiveJudge } from "./archive-entry.ts";
import { filterArchive, gunzipped } from "./archive-filter.ts";

type Added = Partial<Header> & { name: string };

async function tarOf(entries: Added[]): Promise<Buffer> {
	const archive = pack();
	const whole = buffer(archive as unknown as Readable);
	for (const entry of entries) archive.entry({ mode: 0o644, ...entry }, Buffer.alloc(entry.size ?? 0, "x"));
	archive.finalize();
	return whole;
}

async function* piecesOf(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function through(bytes: Buffer, unfit: "refuse" | "omit" = "refuse") {
	const filter = filterArchive({ source: gunzipped(piecesOf(bytes)), unfit });
	const chunks: Buffer[] = [];
	for await (const chunk of filter.output) chunks.push(chunk);
	const names = (await headersOf(Buffer.concat(chunks))).map(({ name }) => name);
	return { names, ...filter.counts };
}

async function headersOf(archive: Buffer): Promise<Header[]> {
	const headers: Header[] = [];
	const reader = extract();
	reader.write(archive);
	reader.end(undefined);
	for await (const entry of reader) {
		headers.push(entry.header);
		entry.resume();
	}
	return headers;
}

const codeOf = (bytes: Buffer) =>
	through(bytes).then(
		() => "passed",
		(error: { code?: string }) => error.code,
	);

const link = (name: string, linkname: string): Added => ({ name, linkname, type: "symlink" });

describe("links of an archive", () => {
	test.each([
		[link("a", "b")],
		[link("a", "./b/c")],
		[link("a", ".")],
		[link("d/a", "..")],
		[link("d/e/a", "../../b")],
		[link("d/e/a", "../f//g/")],
	])("%j stays inside", async (entry) => {
		expect(await codeOf(await tarOf([entry]))).toBe("passed");
	});

	test.each([
		[link("a", "..")],
		[link("a", "/")],
		[link("a", "b/../..")],
		[link("a", "b/../c")],
		[link("d/a", "../..")],
		[link("./d//a", "../../x")],
	])("%j is refused", async (entry) => {
		expect(await codeOf(await tarOf([entry]))).toBe("invalid");
	});
});

test("names that are no UTF-8 are refused, or left out, and those that are come through as they were", async () => {
	const bytes = await tarOf([{ name: "bad-" }, { name: "gut-ü-日本", size: 5 }]);
	bytes[4] = 0xff;
	sealed(bytes);
	expect(await codeOf(bytes)).toBe("invalid");
	expect(await through(bytes, "omit")).toEqual({ names: ["gut-ü-日本"], entries: 2, omitted: 1, sizeBytes: 5 });
});

test("what is left out takes what hangs on it along", async () => {
	const bytes = await tarOf([
		link("out", "/etc"),
		{ name: "out/passwd", size: 3 },
		{ name: "hard", linkname: "out", type: "link" },
		{ name: "kept", size: 1 },
		{ name: "kept2", linkname: "kept", type: "link" },
	]);
	expect(await through(bytes, "omit")).toMatchObject({ names: ["kept", "kept2"], omitted: 3 });
});

test("gzip is told by its bytes, and what follows or lacks is an error", async () => {
	const whole = await tarOf([{ name: "a", size: 100_000 }]);
	const zipped = gzipSync(whole);
	expect(await through(zipped)).toMatchObject({ names: ["a"], sizeBytes: 100_000 });
	expect(await codeOf(zipped.subarray(0, -20))).toBe("invalid");
	expect(await codeOf(gzipSync(whole.subarray(0, 50_000)))).toBe("invalid");
});

test("an error of the source is told as it is, and ends the output", async () => {
	const whole = await tarOf([{ name: "a", size: 100_000 }]);
	async function* broken() {
		yield whole.subarray(0, 60_000);
		throw new Error("the sender went");
	}
	const filter = filterArchive({ source: broken(), unfit: "refuse" });
	await expect(
		(async () => {
			for await (const _ of filter.output);
		})(),
	).rejects.toThrow("the sender went");
});

/** With the checksum that it then needs. */
function sealed(header: Buffer): Buffer {
	header.fill(" ", 148, 156);
	const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return header;
}

test("ever more links are an error in the end, and what was judged is not held", async () => {
	const [header] = await headersOf(await tarOf([link("a", "b")]));
	const judge = new ArchiveJudge();
	const judgeMany = (count: number, like: Partial<Header>) => {
		for (let index = 0; index < count; index += 1)
			judge.judge({ ...(header as Header), ...like, name: `${like.type}-${index}` });
	};
	const before = process.memoryUsage().heapUsed;
	judgeMany(500_000, { type: "file" });
	expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
	expect(() => judgeMany(200_001, { type: "symlink" })).toThrow(RangeError);
});
