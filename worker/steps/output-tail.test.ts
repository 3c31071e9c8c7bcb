import { describe, expect, test } from "vitest";
import { openOutputTail } from "./output-tail.ts";

function tailOf(o: { chunks: (string | Buffer)[]; bytesMax?: number; secrets?: string[] }): string {
	const tail = openOutputTail({ bytesMax: o.bytesMax ?? 1_000, secrets: o.secrets });
	for (const chunk of o.chunks) tail.write(Buffer.from(chunk));
	return tail.text();
}

describe("the tail of output", () => {
	test("is all of it while it is short, characters cut between chunks included", () => {
		const bytes = Buffer.from("grüße\n");
		expect(tailOf({ chunks: [bytes.subarray(0, 3), bytes.subarray(3)] })).toBe("grüße\n");
	});

	test("is its end when it is long, bounded in bytes, with a mark", () => {
		const text = tailOf({ chunks: Array.from({ length: 5_000 }, (_, n) => `ünï line ${n}\n`), bytesMax: 200 });
		expect(Buffer.byteLength(text)).toBeLessThanOrEqual(204);
		expect(text.startsWith("…\nünï line ")).toBe(true);
		expect(text.endsWith("line 4999\n")).toBe(true);
	});

	test("shows the last state of a progress bar", () => {
		expect(tailOf({ chunks: ["a\r\n10 %\r50 %\r100 %\ndone"] })).toBe("a\n100 %\ndone");
	});

	test("never shows a secret, not in parts, not across chunks, not at the cut", () => {
		const secret = `s3cret-${"z".repeat(60)}`;
		for (let padding = 0; padding < 220; padding++) {
			const half = Math.floor(secret.length / 2);
			const chunks = ["x".repeat(4_000), secret.slice(0, half), secret.slice(half), "y".repeat(padding)];
			const text = tailOf({ chunks, bytesMax: 150, secrets: [secret] });
			expect(text).not.toContain("zz");
			expect(text).not.toContain("s3cret");
		}
	});

	test("hides each line of a value with lines, and leaves short values and plain words", () => {
		const secrets = ["-----BEGIN KEY-----\nAbCdEfGh1234\n", "development", "x1", "p@ssw0rd"];
		const text = tailOf({ chunks: ["  AbCdEfGh1234\ndevelopment x1 p@ssw0rd"], secrets });
		expect(text).toBe("  •••\ndevelopment x1 •••");
	});
});
