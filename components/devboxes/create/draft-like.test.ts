import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { DevboxInputsResponse } from "@/lib/contract/made-from.ts";
import type { WorkspaceDefaultsResponse } from "@/lib/contract/workspace-defaults.ts";
import { createOrder } from "./create-draft.ts";
import { likenessOf } from "./draft-like.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const secret = {
	id: "sec_1",
	name: "npm",
	scope: "user",
	is_inherited: false,
	version_id: "secv_1",
	version: 1,
	newest_version: 1,
	injected_at: null,
} as const;
const commands = ["npm ci", "cat <<'X'\nit's \\ here\nX"];
const inputs = {
	image: "builtin:base",
	image_ref: "builtin:base@1",
	size: "m",
	repositories: [],
	variables: [
		{ name: "A", source: "value", secret: null },
		{ name: "B", source: "secret", secret },
		{ name: "C", source: "secret", secret: { ...secret, is_inherited: true } },
		{ name: "D", source: "secret", secret: { ...secret, scope: null } },
	],
	setup_commands: commands,
	setup_timeout_seconds: 60,
	origins: {},
	request: {
		name: "x-like",
		image: "builtin:base",
		size: "m",
		access_mode: "workspace",
		auto_stop_idle_timeout: "1h",
		expires_after: "7d",
		setup_commands: commands,
		setup_timeout_seconds: 60,
		network_policy: { mode: "enforce", egress_domains: ["a.example"] },
		repository: "https://example.com/r",
		branch: commit,
		repositories: [
			{ repo_id: 7, full_name: "org/more", ref: commit, target_path: "/workspace/m", submodules: true, push: true },
		],
		env: [{ name: "B", from_secret_id: "sec_1" }],
	},
	missing: ["env.A", "X-Claude-Token"],
} satisfies DevboxInputsResponse;
const unlocked = { value: null, locked: false };
const defaults = { size: unlocked, repository: unlocked } as unknown as WorkspaceDefaultsResponse;

test("the dialog asks for what the other was made from, with commits pinned; values are to be given again", () => {
	const { start, missing } = likenessOf("x", inputs, defaults);
	const { body } = createOrder({ name: "x-2", ...start }, undefined);
	expect(body).toMatchObject({
		...{ image: "builtin:base", size: "m", access_mode: "workspace" },
		...{ auto_stop_idle_timeout: "1h", expires_after: "7d", setup_timeout_seconds: 60 },
		network_policy: { mode: "enforce", egress_domains: ["a.example"] },
		...{ repository: "https://example.com/r", branch: commit, repositories: inputs.request.repositories },
	});
	expect(body.env).toEqual([
		{ name: "A", value: "" },
		{ name: "B", from_secret_id: "sec_1" },
		{ name: "D", value: "" },
	]);
	expect(missing).toEqual(["A", "X-Claude-Token"]);
});

test("a command of several lines is one line that bash reads as those", () => {
	const { start } = likenessOf("x", inputs, defaults);
	const lines = start.setup_commands?.split("\n") ?? [];
	expect(lines).toHaveLength(2);
	expect(execFileSync("bash", ["-c", lines[1] ?? ""], { encoding: "utf8" })).toBe("it's \\ here\n");
});

test("what is locked today goes, whatever the other had", () => {
	const locked = { value: null, locked: true };
	const { start } = likenessOf("x", inputs, {
		size: locked,
		repository: locked,
	} as unknown as WorkspaceDefaultsResponse);
	const { body } = createOrder({ name: "x-2", ...start }, undefined);
	expect([body.size, body.repository, body.branch, body.repositories]).toEqual(Array(4).fill(undefined));
	expect(body.image).toBe("builtin:base");
});
