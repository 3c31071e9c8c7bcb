import { expect, test } from "vitest";
import { changesOf, valuesOf } from "./personal-values.ts";

const read = valuesOf({
	commit_name: "Ada",
	commit_email: null,
	dotfiles_repository: "https://github.com/ada/dotfiles",
	dotfiles_ref: null,
	dotfiles_script: null,
	shell: "zsh",
	editor: "vim",
});

test("only what was changed is sent, and an emptied field takes its setting away", () => {
	const values = { ...read, commit_email: " ada@example.com ", shell: "", editor: "vim " };
	expect(changesOf(values, read)).toEqual({ commit_email: "ada@example.com", shell: null });
	expect(changesOf(read, read)).toEqual({});
});
