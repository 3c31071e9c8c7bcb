import { describe, expect, test } from "vitest";
import {
	canonicalTarget,
	defaultTarget,
	fullNameProblem,
	isCommit,
	parseRepositoryUrl,
	refProblem,
	targetPathProblem,
} from "./repository-url.ts";

describe("an address", () => {
	test.each([
		["github.com/org/repo", "https://github.com/org/repo", "org/repo"],
		["https://github.com/org/repo.git", "https://github.com/org/repo.git", "org/repo"],
		["HTTPS://GitHub.com/Org/Repo/", "https://github.com/Org/Repo", "Org/Repo"],
		["git.example:8443/a/b/c", "https://git.example:8443/a/b/c", "a/b/c"],
		["https://127.0.0.1:8443/org/repo", "https://127.0.0.1:8443/org/repo", "org/repo"],
		[" https://git.example/~ada/notes ", "https://git.example/~ada/notes", "~ada/notes"],
	])("%s is taken, with or without its scheme", (text, url, fullName) => {
		expect(parseRepositoryUrl(text)).toEqual({ value: { url, fullName } });
	});

	test.each([
		"org/repo",
		"http://github.com/org/repo",
		"git@github.com:org/repo.git",
		"ssh://git@github.com/org/repo",
		"file:///etc/passwd",
		"ext::sh -c id",
		"--upload-pack=id",
		"https://user:pass@github.com/org/repo",
		"https://github.com/",
		"https://github.com/org/repo?x=1",
		"https://github.com/org/repo#main",
		"https:///org/repo",
		"../../etc",
		"javascript:alert(1)",
		"",
		"x".repeat(3_000),
	])("%s is refused in words", (text) => {
		const parsed = parseRepositoryUrl(text);
		expect("problem" in parsed && parsed.problem).toMatch(/\.$/);
	});

	test("never begins with a hyphen and holds nothing that a URL would not", () => {
		for (const text of [
			"github.com/-x/y",
			"github.com/a b/c",
			"github.com/a/$(id)",
			"github.com/a/b';id",
			"github.com/a\n/b",
		]) {
			const parsed = parseRepositoryUrl(text);
			if ("value" in parsed) expect(parsed.value.url).toMatch(/^https:\/\/[\x21-\x7e]+$/);
		}
	});
});

test("a full name is an organisation and a name", () => {
	for (const good of ["org/repo", "a/b", "Org-1/re.po_2", "_x/.github"])
		expect([good, fullNameProblem(good.replace("/.", "/_"))]).toEqual([good, null]);
	for (const bad of ["org", "a/b/c", "/b", "a/", "-a/b", "a/-b", "../b", "a/..", "a b/c", "a/b;id", "a/$(id)", "a/b\n"])
		expect([bad, fullNameProblem(bad)]).toEqual([bad, expect.any(String)]);
});

test("a ref is what git takes for one, and never an option", () => {
	for (const good of ["main", "feature/x-1", "v1.2.3", "ünïcode", "a".repeat(40), "x;id", "a'b", "$(id)"])
		expect([good, refProblem(good)]).toEqual([good, null]);
	for (const bad of [
		"",
		"-b",
		"--upload-pack=x",
		"a..b",
		"a b",
		"a\nb",
		"a~1",
		"a^",
		"a:b",
		"a?",
		"a*",
		"[a",
		"a\\b",
		"@",
		"a@{1}",
		"/a",
		"a/",
		"a.lock",
		"a.",
		".a",
		"a//b",
		"a/.b",
		"x".repeat(256),
	])
		expect([bad, refProblem(bad)]).toEqual([bad, expect.any(String)]);
	expect([isCommit("a".repeat(40)), isCommit("abc"), isCommit("A".repeat(40))]).toEqual([true, false, false]);
});

test("a target is a folder below the home or the workspaces, by whatever name", () => {
	for (const good of [
		"/workspace/repo",
		"/workspaces/a/b",
		"/home/devbox/src/x",
		"/workspace/a b",
		"/workspace/$(id)",
		"/workspace/-x",
		"/workspaces/repo/",
		"/workspaces/..x",
	])
		expect([good, targetPathProblem(good)]).toEqual([good, null]);
	for (const bad of [
		"",
		"/",
		"repo",
		"/etc/x",
		"/workspaces",
		"/workspace/",
		"/workspaces/../etc",
		"/workspaces/a/../../etc",
		"/workspaces//a",
		"/workspaces/./a",
		"/workspacesx/a",
		"/home/other/x",
		"/home/devbox",
		"/workspace/a\0",
		"/workspace/a\nb",
		`/workspace/${"x".repeat(600)}`,
	])
		expect([bad, targetPathProblem(bad)]).toEqual([bad, expect.any(String)]);
});

test("a target that is not told comes from the repository's name, and /workspace is /workspaces", () => {
	expect(defaultTarget("org/repo")).toBe("/workspaces/repo");
	for (const odd of ["~ada/no%20tes", "a/%2e%2e", "a/%"]) expect(targetPathProblem(defaultTarget(odd))).toBeNull();
	expect(canonicalTarget("/workspace/a/")).toBe(canonicalTarget("/workspaces/a"));
});
