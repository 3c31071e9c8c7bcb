import { describe, expect, test } from "vitest";
import { environmentProblems, setupCommandProblem } from "./devbox-inputs.ts";
import { SecretText } from "./secret-text.ts";

const problemsOf = (env: Record<string, string>) => {
	const entries = Object.entries(env).map(([name, value]) => ({ name, value: new SecretText(value) }));
	return environmentProblems(entries, (index) => [entries[index]?.name ?? ""]);
};
const messages = (env: Record<string, string>) => problemsOf(env).map(({ message }) => message);

describe("an environment", () => {
	test("of 64 variables with values of 32 KiB each is refused only for what all of them are together", () => {
		const full = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`V${n}`, "x".repeat(30 * 1024)]));
		expect(problemsOf(full)).toEqual([]);
		const over = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`V${n}`, "x".repeat(32 * 1024)]));
		expect(messages(over)).toEqual([expect.stringContaining("1.9 MiB")]);
	});

	test("past a bound names the bound and the place, and no value", () => {
		const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`V${n}`, "x"]));
		expect(messages(many)).toEqual([expect.stringContaining("At most 64")]);
		expect(problemsOf({ BIG: "ä".repeat(16 * 1024 + 1) })).toEqual([
			{ path: ["BIG"], message: expect.stringContaining("32768") },
		]);
	});

	test.each(["lower", "1A", "A-B", "", "A B", "A=B", "Ä", "A\n", "$(id)", "-A"])("%j is no name", (name) => {
		const [problem] = problemsOf({ [name]: "secret-value" });
		expect(problem?.path).toEqual([name]);
		expect(problem?.message).not.toContain("secret-value");
	});

	test("has each name once, whether it stands for a value or for a secret", () => {
		const entries = [
			{ name: "A", value: new SecretText("x") },
			{ name: "A", from_secret_id: "sec_a" },
		];
		expect(environmentProblems(entries, (index, part) => [index, part])).toEqual([
			{ path: [1, "name"], message: expect.stringContaining("twice") },
		]);
	});

	test("holds no NUL, which would end a value and begin another variable", () => {
		expect(messages({ A: "x\0B=y" })).toEqual([expect.stringContaining("NUL")]);
	});

	test("takes any value: quotes, newlines, shell words", () => {
		expect(problemsOf({ A: `'"$(id)";\n\tü🚀`, _B9: "" })).toEqual([]);
	});
});

test("a setup command is not empty, and has at most 4 KiB", () => {
	expect(setupCommandProblem("true")).toBeNull();
	expect(setupCommandProblem("x".repeat(4096))).toBeNull();
	expect(setupCommandProblem("x".repeat(4097))).toContain("4 KiB");
	expect(setupCommandProblem(" \n")).toContain("empty");
});
