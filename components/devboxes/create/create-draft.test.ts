import { describe, expect, test } from "vitest";
import { type CreateDraft, createOrder, emptyDraft, isChanged, problemAt } from "./create-draft.ts";

const draft = (fields: Partial<CreateDraft> = {}): CreateDraft => ({
	...emptyDraft,
	repositories: [],
	env: [],
	name: "a",
	...fields,
});
const standing = (url: string | null, locked = false) => ({
	repository: { value: url === null ? null : { url, branch: "dev" }, locked },
});

describe("the request of the create dialog", () => {
	test("is the name alone while nothing was touched", () => {
		expect(createOrder(draft(), standing("github.com/org/repo"))).toEqual({ body: { name: "a" }, headers: {} });
	});

	test("tells an emptied field from one that was left alone", () => {
		const emptied = draft({ repository: "", branch: "x", setup_commands: " \n" });
		expect(createOrder(emptied, undefined).body).toEqual({ name: "a", repository: "", setup_commands: [] });
	});

	test("names the network policy that was chosen, and none that was not", () => {
		const untouched = { names: "", setup: "", setupNames: "" } as const;
		const network_policy = { ...untouched, choice: "mode:enforce", names: "github.com\n*.npmjs.org" };
		expect(createOrder(draft({ network_policy }), undefined).body).toEqual({
			name: "a",
			network_policy: { mode: "enforce", egress_domains: ["github.com", "*.npmjs.org"] },
		});
		const named = draft({ network_policy: { ...untouched, choice: "policy:builds" } });
		expect(createOrder(named, undefined).body.network_policy).toEqual({ policy: "builds" });
	});

	test("keeps the default repository that is shown beside further ones, and leaves a locked one to the server", () => {
		const repositories = [
			{ repo_id: 7, full_name: "org/more", ref: "", target_path: "", is_shallow: true, submodules: true, push: false },
		];
		const { body } = createOrder(draft({ repositories }), standing("github.com/org/repo"));
		expect(body).toMatchObject({ repository: "github.com/org/repo", branch: "dev" });
		expect(body.repositories).toEqual([{ repo_id: 7, full_name: "org/more", depth: 1, submodules: true }]);
		expect(createOrder(draft({ repositories }), standing("github.com/org/repo", true)).body.repository).toBeUndefined();
	});

	test("carries AI tokens as headers, never in its body", () => {
		const { body, headers } = createOrder(draft({ claude_token: " sk-1 " }), undefined);
		expect(headers).toEqual({ "X-Claude-Token": "sk-1" });
		expect(body.credential_profile).toEqual({ inject_claude_token: true, inject_codex_token: false });
		expect(JSON.stringify(body)).not.toContain("sk-1");
	});

	test("leaves out rows of the environment that are empty", () => {
		const env = [
			{ name: "A", value: "1", secret_id: "" },
			{ name: "", value: "", secret_id: "" },
		];
		expect(createOrder(draft({ env }), undefined).body.env).toEqual({ A: "1" });
	});

	test("names secrets in a list, and sends no value with them", () => {
		const env = [
			{ name: "A", value: "1", secret_id: "" },
			{ name: "B", value: "", secret_id: "sec_1" },
		];
		expect(createOrder(draft({ env }), undefined).body.env).toEqual([
			{ name: "A", value: "1" },
			{ name: "B", from_secret_id: "sec_1" },
		]);
	});
});

test("a problem of the request is shown at the field that it came from", () => {
	const at = (...path: (string | number)[]) => {
		const { field, message } = problemAt(
			path,
			"no",
			draft({
				env: [
					{ name: "A", value: "", secret_id: "" },
					{ name: "b", value: "", secret_id: "" },
				],
			}),
		);
		return [field, message];
	};
	expect(at("plan")).toEqual(["size", "no"]);
	expect(at("env", "b")).toEqual(["env.1.name", "no"]);
	expect(at("env", 1, "name")).toEqual(["env.1.name", "no"]);
	expect(at("env")).toEqual(["env.root", "no"]);
	expect(at("setup_commands", 1)).toEqual(["setup_commands", "Command 2: no"]);
	expect(at("repositories", 0, "ref")).toEqual(["repositories.0.ref", "no"]);
	expect(at("X-Codex-Token")).toEqual(["codex_token", "no"]);
});

describe("a draft is changed", () => {
	const variable = { name: "MODE", value: "", secret_id: "" };

	test.each<[string, Partial<CreateDraft>]>([
		["a name that was typed", { name: "b" }],
		["a choice", { size: "m" }],
		["a field that was emptied", { repository: "" }],
		["a variable", { env: [{ ...variable, value: "fast" }] }],
		["a variable that was left out", { env: [] }],
		["a token", { claude_token: "t" }],
	])("by %s", (_, fields) => {
		expect(isChanged(draft({ env: [variable], ...fields }), draft({ env: [variable] }))).toBe(true);
	});

	test("not by what was put back, nor by the order of its fields", () => {
		const { name, ...others } = draft({ size: undefined, branch: undefined, env: [{ ...variable }] });
		expect(isChanged({ ...others, name }, draft({ env: [variable] }))).toBe(false);
	});
});
