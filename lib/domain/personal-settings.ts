/** What a person brings along to each new devbox: who they are to git, their dotfiles, shell and editor. */

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** As they are applied: what was not set is null, but for a name and address that GitHub told. */
export type PersonalSettings = {
	commitName: string | null;
	commitEmail: string | null;
	/** https address of a public repository. */
	dotfilesUrl: string | null;
	/** Null: its default branch. */
	dotfilesRef: string | null;
	/** Null: the first of `dotfilesScripts` that it has. */
	dotfilesScript: string | null;
	shell: Shell | null;
	editor: string | null;
};

/** Tried in this order; without any, the repository's dot files are linked into the home folder. */
export const dotfilesScripts = [
	"install.sh",
	"install",
	"bootstrap.sh",
	"bootstrap",
	"script/bootstrap",
	"setup.sh",
	"setup",
	"script/setup",
] as const;

/** Nothing of it has anything to do in a box. */
export function hasNothingToApply(settings: PersonalSettings): boolean {
	const { commitName, commitEmail, dotfilesUrl, shell, editor } = settings;
	return [commitName, commitEmail, dotfilesUrl, shell, editor].every((value) => value === null);
}

/** What the environment of their boxes says of it. */
export function editorVariables({ editor }: Pick<PersonalSettings, "editor">): [name: string, value: string][] {
	return editor === null
		? []
		: [
				["EDITOR", editor],
				["VISUAL", editor],
			];
}

const nameMax = 128;
const emailMax = 254;
const scriptMax = 255;
const editorMax = 200;

/** A name that git writes as it stands: it drops < > and line ends, and refuses one of nothing but marks. Null when good. */
export function commitNameProblem(name: string): string | null {
	if (name.length > nameMax) return `A name has at most ${nameMax} characters.`;
	if (isUnclean(name) || /[<>]/.test(name)) return "A name is one line, without < and >.";
	return /[\p{L}\p{N}]/u.test(name) ? null : "A name has at least one letter or digit.";
}

export function commitEmailProblem(email: string): string | null {
	if (email.length > emailMax) return `An e-mail address has at most ${emailMax} characters.`;
	const isAddress = /^[^\s<>@]+@[^\s<>@]+$/.test(email) && !isUnclean(email);
	return isAddress ? null : "An e-mail address looks like ada@example.com.";
}

/** A path inside the repository. Null when good. */
export function dotfilesScriptProblem(path: string): string | null {
	const words = "A script is a path inside the repository, as setup.sh or script/install.";
	if (path.length > scriptMax || isUnclean(path)) return words;
	return path.split("/").every((part) => part !== "" && part !== "." && part !== "..") ? null : words;
}

/** What EDITOR says: a program, with arguments if it needs any. Null when good. */
export function editorProblem(editor: string): string | null {
	if (editor.length > editorMax) return `An editor's command has at most ${editorMax} characters.`;
	return isUnclean(editor) || editor.trim() === ""
		? "An editor is a command on one line, as vim or code --wait."
		: null;
}

function isUnclean(text: string): boolean {
	return !text.isWellFormed() || [...text].some((character) => character < " " || character === "\u007f");
}
