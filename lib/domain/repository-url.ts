/** Addresses, refs and places of repositories that a devbox is asked to have: what is taken, and in which form it goes to git. */

export type RepositoryAddress = {
	/** `https://host/path`: never beginning with `-`, without user, query and fragment. */
	url: string;
	/** `org/name`, or whatever the path is at that host. */
	fullName: string;
};

type Parsed<T> = { value: T } | { problem: string };

export const repositoriesMax = 20;
export const cloneDepthMax = 100_000;

export const cloneStatuses = ["pending", "cloning", "success", "failed"] as const;
export type CloneStatus = (typeof cloneStatuses)[number];

const urlMax = 2_000;
const example = "Give an https address, as https://github.com/org/repo or github.com/org/repo.";

/** Any https address of a git repository, with or without its scheme. */
export function parseRepositoryUrl(text: string): Parsed<RepositoryAddress> {
	const given = text.trim();
	if (given.length > urlMax) return { problem: `An address has at most ${urlMax} characters.` };
	const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(given)?.[1]?.toLowerCase();
	if (scheme !== undefined && scheme !== "https") return { problem: `Only https is cloned from. ${example}` };
	if (!scheme && /^[^/]*@[^/]*:/.test(given)) return { problem: `Addresses of the ssh form are not taken. ${example}` };
	// A host is told from a folder by its dot or port: `org/repo` alone says nothing about where.
	if (!scheme && !/^[a-z0-9][a-z0-9.-]*(\.[a-z0-9-]+|:\d{1,5})\/[^/]/i.test(given))
		return { problem: `This does not name a host. ${example}` };
	const url = /^https:\/\/\//i.test(given) ? null : URL.parse(scheme ? given : `https://${given}`);
	if (!url?.hostname) return { problem: `This is no address. ${example}` };
	if (url.username || url.password)
		return { problem: "Leave the user and password out of the address: it is stored and shown." };
	if (url.search || url.hash) return { problem: "The address must end with the repository, without ? and #." };
	const path = url.pathname.replace(/\/+$/, "");
	const fullName = path.replace(/^\/+/, "").replace(/\.git$/, "");
	if (!/^[\w.~%+@!$',;=()-]+(\/[\w.~%+@!$',;=()-]+)*$/.test(fullName))
		return { problem: `The address has no path to a repository. ${example}` };
	return { value: { url: `${url.origin}${path}`, fullName } };
}

/** `org/name` of an address at this GitHub; null for any other. */
export function githubFullName(url: string, githubUrl: string): string | null {
	const prefix = `${githubUrl}/`;
	if (!url.startsWith(prefix)) return null;
	const name = url.slice(prefix.length).replace(/\.git$/, "");
	return fullNameProblem(name) === null ? name : null;
}

/** `org/name` as GitHub allows it; null when good. */
export function fullNameProblem(fullName: string): string | null {
	const [organization = "", name = ""] = fullName.split("/");
	const isPart = (part: string) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(part);
	if (fullName.split("/").length === 2 && isPart(organization) && isPart(name)) return null;
	return "A full name is org/repo, of letters, digits, hyphens, dots and underscores.";
}

/** A branch, tag or commit, by git's own rules (git-check-ref-format), and never taken for an option; null when good. */
export function refProblem(ref: string): string | null {
	const isBad =
		ref === "" ||
		ref.length > 255 ||
		ref === "@" ||
		/^[-/]|[/.]$|\.lock$|\.\.|@\{|\/\/|\/\.|^\./.test(ref) ||
		[...ref].some((character) => character <= " " || character === "\u007f" || "~^:?*[\\".includes(character)) ||
		!ref.isWellFormed();
	return isBad ? "This is no name of a branch, tag or commit." : null;
}

/** A full object name; anything else is looked up as branch or tag. */
export function isCommit(ref: string): boolean {
	return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);
}

export const targetRoots = ["/workspaces", "/workspace", "/home/devbox"] as const;
const targetMax = 512;

/** Where a repository may be put; null when good. */
export function targetPathProblem(path: string): string | null {
	const words = `A target path is a folder below ${targetRoots.slice(0, -1).join(", ")} or ${targetRoots.at(-1)}.`;
	if (path.length > targetMax) return `A target path has at most ${targetMax} characters.`;
	if (hasControlCharacter(path) || !path.isWellFormed()) return words;
	const root = targetRoots.find((candidate) => path.startsWith(`${candidate}/`));
	if (!root) return words;
	const parts = path
		.slice(root.length + 1)
		.replace(/\/$/, "")
		.split("/");
	return parts.every((part) => part !== "" && part !== "." && part !== ".." && part.length <= 255) ? null : words;
}

/** One spelling for one folder: /workspace is a link to /workspaces. */
export function canonicalTarget(path: string): string {
	return path.replace(/\/$/, "").replace(/^\/workspace\//, "/workspaces/");
}

/** Below /workspaces, by the repository's own name. */
export function defaultTarget(fullName: string): string {
	const last = fullName.split("/").at(-1) ?? "";
	const name = decodeName(last).replace(/[^A-Za-z0-9_.-]/g, "-");
	return `/workspaces/${/^\.*$/.test(name) ? "repository" : name}`;
}

function decodeName(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		// A stray % in an address is its owner's choice; the folder is then called as it stands.
		return text;
	}
}

function hasControlCharacter(text: string): boolean {
	return [...text].some((character) => character < " " || character === "\u007f");
}
