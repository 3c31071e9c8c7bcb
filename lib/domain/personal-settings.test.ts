import { expect, test } from "vitest";
import {
	commitEmailProblem,
	commitNameProblem,
	dotfilesScriptProblem,
	editorProblem,
	hasNothingToApply,
} from "./personal-settings.ts";

test("names that git would write otherwise than given are refused, odd ones are not", () => {
	for (const name of ["Ada Lovelace", "-n", 'O\'Hara "Q"', "$(id); `id`", "宮本 茂", "\\n"])
		expect([name, commitNameProblem(name)]).toEqual([name, null]);
	for (const name of ["", "...", "a\nb", "a\0b", "a <b>", "x".repeat(129), "\ud800a"])
		expect([name, commitNameProblem(name)]).not.toEqual([name, null]);
});

test("addresses are one line without brackets and spaces", () => {
	for (const email of ["ada@example.com", "1+ada@users.noreply.github.com", "-x@y"])
		expect(commitEmailProblem(email)).toBeNull();
	for (const email of ["", "ada", "a@b\n", "a <a@b>", "a b@c", `${"x".repeat(260)}@y`])
		expect([email, commitEmailProblem(email)]).not.toEqual([email, null]);
});

test("a script lies inside its repository", () => {
	for (const path of ["setup.sh", "script/x", "-x", "a b"]) expect(dotfilesScriptProblem(path)).toBeNull();
	for (const path of ["", "/etc/x", "../x", "a/../b", "a//b", "a\nb", "./x"])
		expect(dotfilesScriptProblem(path)).not.toBeNull();
});

test("an editor is one line", () => {
	expect(editorProblem("code --wait")).toBeNull();
	for (const editor of ["", "  ", "vim\nrm", "x".repeat(201)]) expect(editorProblem(editor)).not.toBeNull();
});

test("a ref alone is nothing to apply", () => {
	const none = {
		commitName: null,
		commitEmail: null,
		dotfilesUrl: null,
		dotfilesScript: null,
		shell: null,
		editor: null,
	};
	expect(hasNothingToApply({ ...none, dotfilesRef: "main" })).toBe(true);
	expect(hasNothingToApply({ ...none, dotfilesRef: null, shell: "zsh" })).toBe(false);
});
