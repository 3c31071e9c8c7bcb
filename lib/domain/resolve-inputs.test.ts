import { describe, expect, test } from "vitest";
import { AppError } from "./errors.ts";
import { type AskedInputs, recordOf, resolveInputs } from "./resolve-inputs.ts";
import {
	type DefaultField,
	type DefaultValues,
	productDefaults,
	type WorkspaceDefaults,
} from "./workspace-defaults.ts";

const repository = { url: "https://github.com/org/repo", branch: "dev" };

function defaults(values: Partial<DefaultValues> = {}, locked: DefaultField[] = []): WorkspaceDefaults {
	return { version: 1, values: { ...productDefaults, setup_commands: [], ...values }, locked };
}

const asked = (fields: Partial<AskedInputs> = {}): AskedInputs => ({ repositories: [], ...fields });

function refusals(fields: Partial<AskedInputs>, o: WorkspaceDefaults): [string, string][] {
	try {
		resolveInputs(asked(fields), o);
	} catch (error) {
		if (error instanceof AppError) return (error.fields ?? []).map(({ loc, msg }) => [loc.join("."), msg]);
	}
	return [];
}

describe("a create that leaves a value out", () => {
	test("gets the workspace's, and says so", () => {
		const o = defaults({ size: "m", repository, setup_commands: ["make"], expires_after: "7d" });
		const { values, from } = resolveInputs(asked(), o);
		expect(values).toMatchObject({ size: "m", repository, setup_commands: ["make"], expires_after: "7d" });
		expect(new Set(Object.values(from))).toEqual(new Set(["inherited"]));
		expect(recordOf({ values, from }).setup_commands).toEqual({ value: 1, from: "inherited" });
	});

	test("gets a locked one as locked", () => {
		expect(resolveInputs(asked(), defaults({ size: "m" }, ["size"])).from.size).toBe("locked");
	});
});

describe("a create that gives a value", () => {
	test("gets its own where nothing is locked", () => {
		const given = { image: "x", size: "l", setup_commands: [], auto_stop_idle_timeout: "1h" } as const;
		const { values, from } = resolveInputs(
			asked({ ...given, setup_commands: [] }),
			defaults({ setup_commands: ["make"] }),
		);
		expect(values).toMatchObject(given);
		expect([from.image, from.setup_commands, from.expires_after]).toEqual(["given", "given", "inherited"]);
	});

	test("other than a locked one is refused at that field, at every one of them", () => {
		const o = defaults({ size: "m", image: "a" }, ["size", "image"]);
		expect(refusals({ size: "l", image: "b" }, o)).toEqual([
			["body.image", "The workspace fixes the image to a. Leave it out, or ask a workspace admin."],
			["body.size", "The workspace fixes the size to m. Leave it out, or ask a workspace admin."],
		]);
		expect(refusals({ size: "l", plan: "l" }, o).map(([at]) => at)).toEqual(["body.plan"]);
		expect(refusals({ size: "m", image: "a" }, o)).toEqual([]);
	});

	test("of setup commands, in another order or number, is another value", () => {
		const o = defaults({ setup_commands: ["a", "b"] }, ["setup_commands"]);
		expect(refusals({ setup_commands: ["b", "a"] }, o)).toHaveLength(1);
		expect(refusals({ setup_commands: [] }, o)).toHaveLength(1);
		expect(refusals({ setup_commands: ["a", "b"] }, o)).toEqual([]);
	});
});

describe("the repository", () => {
	const o = defaults({ repository });
	const of = (fields: Partial<AskedInputs>) => resolveInputs(asked(fields), o).values.repository;

	test("of the workspace goes where none is asked for; a branch alone is of it", () => {
		expect(of({})).toEqual(repository);
		expect(of({ branch: "main" })).toEqual({ ...repository, branch: "main" });
	});

	test("is none when an empty one, no checkout, or others are asked for", () => {
		expect(of({ repository: "" })).toBeNull();
		expect(of({ no_checkout: true })).toBeNull();
		expect(of({ repositories: [{}] })).toBeNull();
	});

	test("of the maker does not inherit the branch of the workspace's", () => {
		expect(of({ repository: "github.com/a/b" })).toEqual({ url: "github.com/a/b", branch: null });
	});

	test("when locked may be given in any spelling, and nothing beside it", () => {
		const locked = defaults({ repository }, ["repository"]);
		expect(refusals({ repository: "github.com/org/repo", branch: "dev" }, locked)).toEqual([]);
		const places = (fields: Partial<AskedInputs>) => refusals(fields, locked).map(([at]) => at);
		expect(places({ repository: "github.com/org/other" })).toEqual(["body.repository"]);
		expect(places({ repository: "" })).toEqual(["body.repository"]);
		expect(places({ branch: "main" })).toEqual(["body.branch"]);
		expect(places({ repositories: [{}] })).toEqual(["body.repositories"]);
		expect(places({ no_checkout: true })).toEqual(["body.no_checkout"]);
	});

	test("locked to none lets a branch without a repository pass, as clients of the published protocol send it", () => {
		const none = defaults({}, ["repository"]);
		expect(refusals({ repository: "", branch: "main", no_checkout: true }, none)).toEqual([]);
		expect(refusals({ repository: "github.com/a/b" }, none)).toHaveLength(1);
	});
});
