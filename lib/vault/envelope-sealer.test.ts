import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { SealedFor } from "../domain/sealer.ts";
import { SecretText } from "../domain/secret-text.ts";
import { openEnvelopeSealer } from "./envelope-sealer.ts";
import { newKeyLine, parseKeyRing, requireKeys } from "./key-ring.ts";

const at: SealedFor = { workspaceId: "wsp_a", purpose: "devbox-env", id: "dbx_a", version: 1 };
const ringOf = (text: string) => parseKeyRing(text, "the test");
const firstKey = newKeyLine(1);

function codeOf(call: () => unknown): string {
	try {
		call();
	} catch (error) {
		return (error as { code: string }).code;
	}
	return "opened";
}

describe("a sealed value", () => {
	const sealer = openEnvelopeSealer(ringOf(firstKey));

	test("opens for what it was sealed for, whatever is in it", () => {
		for (const text of ["", "x", `'"$(id)\n🚀`, "y".repeat(100_000)])
			expect(sealer.open(sealer.seal(new SecretText(text), at), at).reveal()).toBe(text);
	});

	test("does not show what is in it, and is another each time", () => {
		const sealed = sealer.seal(new SecretText("a secret that is long enough"), at);
		expect(Buffer.from(sealed).includes("secret")).toBe(false);
		expect(
			Buffer.from(sealer.seal(new SecretText("a secret that is long enough"), at)).equals(Buffer.from(sealed)),
		).toBe(false);
	});

	test("does not open in another workspace, row, place or version", () => {
		const sealed = sealer.seal(new SecretText("x"), at);
		const others: SealedFor[] = [
			{ ...at, workspaceId: "wsp_b" },
			{ ...at, id: "dbx_b" },
			{ ...at, purpose: "devbox-ai-tokens" },
			{ ...at, version: 2 },
		];
		for (const other of others) expect(codeOf(() => sealer.open(sealed, other))).toBe("conflict");
	});

	test("does not open with any bit changed or any byte cut off", () => {
		const sealed = sealer.seal(new SecretText("some text"), at);
		for (let index = 0; index < sealed.length; index++) {
			const changed = Uint8Array.from(sealed);
			changed[index] = (changed[index] ?? 0) ^ 1;
			expect(codeOf(() => sealer.open(changed, at))).not.toBe("opened");
			expect(codeOf(() => sealer.open(sealed.subarray(0, index), at))).not.toBe("opened");
		}
	});

	test("does not open with another key, and says that the key is missing", () => {
		const other = openEnvelopeSealer(ringOf(newKeyLine(1)));
		expect(codeOf(() => other.open(sealer.seal(new SecretText("x"), at), at))).toBe("unavailable");
	});

	test("opens with an older key of the ring; new values take the newest", () => {
		const both = ringOf(`${newKeyLine(2)}${firstKey}`);
		const newer = openEnvelopeSealer(both);
		expect(newer.open(sealer.seal(new SecretText("x"), at), at).reveal()).toBe("x");
		expect(both.current?.version).toBe(2);
		expect(codeOf(() => sealer.open(newer.seal(new SecretText("x"), at), at))).toBe("unavailable");
	});
});

describe("a fingerprint", () => {
	const textsOf = (ring: string, text: string) => openEnvelopeSealer(ringOf(ring)).fingerprints(new SecretText(text));

	test("is the same for the same text, another for another text or key, and no plain hash", () => {
		const [one] = textsOf(firstKey, "1234");
		expect(textsOf(firstKey, "1234")).toEqual([one]);
		const others = [textsOf(firstKey, "1235")[0], textsOf(newKeyLine(1), "1234")[0]];
		expect([...others, createHash("sha256").update("1234").digest("hex")]).not.toContain(one);
	});

	test("is known again after the key was rotated; without any key there is none", () => {
		const [before] = textsOf(firstKey, "1234");
		const after = textsOf(`${newKeyLine(2)}${firstKey}`, "1234");
		expect(after).toHaveLength(2);
		expect(after[0]).not.toBe(before);
		expect(after).toContain(before);
		expect(codeOf(() => textsOf("", "1234"))).toBe("unavailable");
	});
});

describe("the keys", () => {
	test("that are no keys are refused without being shown", () => {
		for (const text of ["1:short", "x", `1:${"A".repeat(44)}`, `${firstKey}${newKeyLine(1)}`])
			expect(() => ringOf(text)).toThrow(
				/^The key-encryption keys in the test cannot be used: [^:]*(?<!short)\.$|<32 bytes/,
			);
		expect(() => ringOf("1:c2VjcmV0")).not.toThrow(/c2VjcmV0/);
	});

	test("may be missing until something was sealed; then their absence or another key is a clear error", () => {
		const empty = ringOf("");
		expect(() => requireKeys(empty, [])).not.toThrow();
		const id = ringOf(firstKey).current?.id ?? "";
		expect(() => requireKeys(empty, [id])).toThrow(/key-encryption key is missing: the test is not there/);
		expect(() => requireKeys(ringOf(newKeyLine(1)), [id])).toThrow(/another key/);
		expect(() => requireKeys(ringOf(firstKey), [id])).not.toThrow();
		expect(codeOf(() => openEnvelopeSealer(empty).seal(new SecretText("x"), at))).toBe("unavailable");
	});
});
