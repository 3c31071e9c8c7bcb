import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../gateway/credentials/credentials.ts";
import { readHostKey } from "../../gateway/ssh/host-key.ts";
import { readConfig } from "../config/config.ts";
import { aiTokenHeaders } from "../contract/ai-tokens.ts";
import { createDevboxRequest } from "../contract/devboxes.ts";
import { setAiTokensRequest } from "../contract/environment.ts";
import { execRequest } from "../contract/execs.ts";
import { createSecretRequest, putSecretValueRequest } from "../contract/secrets.ts";
import { AppError } from "../domain/errors.ts";
import { SecretText } from "../domain/secret-text.ts";
import { githubSettings } from "../github/github-settings.ts";
import { newLinkKeys } from "../link/link-keys.ts";
import { openEnvelopeSealer } from "../vault/envelope-sealer.ts";
import { newKeyLine, parseKeyRing } from "../vault/key-ring.ts";
import { openLog } from "./log.ts";

/** The lines, and each of them parsed. */
function logged(write: (log: ReturnType<typeof openLog>) => void): { text: string; lines: Record<string, unknown>[] } {
	let text = "";
	const keep = (line: string) => {
		text += line;
	};
	write(openLog("test", { level: "debug", destination: { write: keep } }));
	const lines = text.split("\n").filter(Boolean);
	return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const plain = "hunter2-the-secret-itself";
const secret = new SecretText(plain);
const keyLine = newKeyLine(1);
const link = newLinkKeys();
const config = readConfig({
	DEVBOX_INSTALL_ID: "abcd",
	DEVBOX_DATA: "/nowhere",
	DATABASE_URL: `postgres://app:${plain}@127.0.0.1/x`,
	DEVBOX_KEY_ENCRYPTION_KEY: keyLine,
	AUTH_GITHUB_ID: "x",
	AUTH_GITHUB_SECRET: plain,
});

/** Each kind of object that a secret travels in, whole. */
const kinds: Record<string, unknown> = {
	"a secret": secret,
	"a create's input": {
		headers: aiTokenHeaders.parse({ "X-Claude-Token": plain, "X-Codex-Token": plain }),
		body: createDevboxRequest.parse({ name: "x", env: { A: plain } }),
		list: createDevboxRequest.parse({ name: "x", env: [{ name: "A", value: plain }] }),
	},
	"AI tokens given again": setAiTokensRequest.parse({ claude_token: plain }),
	"a secret's values": [
		createSecretRequest.parse({ name: "x", value: plain }),
		putSecretValueRequest.parse({ value: plain }),
	],
	"an exec's input": execRequest.parse({ argv: ["true"], env: { A: plain } }),
	credentials: [
		{ kind: "cookie", token: secret },
		{ kind: "tokens", provider: secret, user: secret },
	] satisfies Credential[],
	configuration: config,
	"GitHub's settings": githubSettings(config),
	"GitHub's tokens": { accessToken: secret, refreshToken: secret, expiresInSeconds: null, scopes: [] },
	"a repository's access": { cloneUrl: "https://github.test/a/b.git", token: secret },
	"a link's keys": link,
	"the SSH host key": readHostKey(link.private),
	"the key ring": parseKeyRing(keyLine, "test"),
	"what was opened": openEnvelopeSealer(parseKeyRing(keyLine, "test")),
	"an environment": { values: { A: secret }, secrets: [{ envName: "B", value: secret }], aiTokens: { claude: secret } },
};

const secretsOf = [plain, keyLine.trim().slice(2), link.private.reveal().split("\n")[2] ?? "no key"];

describe("no secret is in what is printed", () => {
	test.each(Object.entries(kinds))("when %s is logged whole, inspected, joined or serialised", (_kind, object) => {
		const printed = [
			logged((log) => log.info({ object }, "whole")).text,
			logged((log) => log.child({ object }).warn("of a child")).text,
			inspect(object, { depth: 10, showHidden: true }),
			`${object}`,
			JSON.stringify(object),
		].join("\n");
		for (const one of secretsOf) expect(printed).not.toContain(one);
	});

	test("when an error says it, as text, field or cause", () => {
		const inner = Object.assign(new Error(`inner ${secret}`), { secret, object: kinds });
		const error = new AppError({ code: "internal", message: `outer ${secret}`, cause: inner });
		const { text, lines } = logged((log) => log.error({ err: error }, "failed"));
		for (const one of secretsOf) expect(text + inspect(error, { depth: 10 })).not.toContain(one);
		expect(JSON.stringify(lines)).toContain("outer [redacted]");
		expect(JSON.stringify(lines)).toContain("inner [redacted]");
	});

	test("when what was sealed is no JSON: the parser's error would quote it", async () => {
		const { textsOf } = await import("../domain/secret-text.ts");
		expect(() => textsOf(secret)).toThrow("What was sealed is no JSON object.");
	});
});

describe("what the vault and the hashes get is the secret itself", () => {
	test("in JSON, at any depth", () => {
		const json = SecretText.ofJson({ env: [{ name: "A", value: secret }], n: 1, gone: undefined });
		expect(JSON.parse(json.reveal())).toEqual({ env: [{ name: "A", value: plain }], n: 1 });
		expect(SecretText.ofJson({ a: new SecretText("1") }).equals(SecretText.ofJson({ a: new SecretText("2") }))).toBe(
			false,
		);
	});
});

describe("texts of clients", () => {
	const hostile = 'a\nb\r\n{"level":"fatal"}\u001b[2J\u009b2J\u0000\u007f\u2028\u202e\ud800z';

	test("stay within their line and steer no terminal, wherever they stand", () => {
		const { text, lines } = logged((log) =>
			log.warn({ path: hostile, [hostile]: 1, err: new Error(hostile), deep: { list: [hostile] } }, "seen"),
		);
		expect(lines).toHaveLength(1);
		const steering = [...text.slice(0, -1)].filter(
			(one) => one < " " || /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_C}]/u.test(one),
		);
		expect(steering).toEqual([]);
		expect(lines[0]?.path).toBe(hostile);
	});

	test("of a megabyte, and objects without end, are cut", () => {
		const loop: Record<string, unknown> = {};
		loop.loop = loop;
		const big = "x".repeat(1_000_000);
		const { text, lines } = logged((log) => {
			log.info({ big, list: Array.from({ length: 1_000 }, () => "y"), loop, bytes: Buffer.alloc(1_000_000) }, "big");
			log.error({ err: Object.assign(new Error(big), { big }) }, "failed");
		});
		expect(lines).toHaveLength(2);
		expect(text.length).toBeLessThan(40_000);
		expect(lines[0]?.big).toContain("(1000000 characters)");
	});
});
