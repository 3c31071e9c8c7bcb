/** The submodules that a commit names, as git reads them: from its own tree, never from a working copy. */
import { AppError } from "../domain/errors.ts";
import { parseConfigList } from "./parse-config-list.ts";
import { runGit } from "./server-git.ts";

export type Submodule = {
	/** Where it belongs in the working copy. */
	path: string;
	/** Full address; relative ones are seen from the repository's own. */
	url: string;
	commit: string;
};

export const submodulesMax = 50;
const timeoutMs = 20_000;

/**
 * Those that the commit has, at most `submodulesMax`. Throws AppError `conflict` for one whose address is not cloned from, with its
 * name.
 */
export async function readSubmodules(o: {
	mirror: string;
	commit: string;
	parentUrl: string;
	signal: AbortSignal;
}): Promise<Submodule[]> {
	const git = (...args: string[]) => runGit({ args: ["--git-dir", o.mirror, ...args], timeoutMs, signal: o.signal });
	// Of the repository's own making: an `include` in it would have us read files of this server.
	const listed = await git("config", "--no-includes", "--blob", `${o.commit}:.gitmodules`, "--null", "--list");
	if (listed.code !== 0) return [];
	const found: Submodule[] = [];
	for (const { name, path, url } of namedModules(listed.stdout).slice(0, submodulesMax)) {
		const tree = await git("ls-tree", "-z", o.commit, "--", `:(literal)${path}`);
		const commit = /^160000 commit ([0-9a-f]{40,64})\t/.exec(tree.stdout)?.[1];
		if (!commit) continue;
		const address = absoluteUrl(url, o.parentUrl);
		if (!address) throw refusedAddress(name, url);
		found.push({ path, url: address, commit });
	}
	return found;
}

function namedModules(listing: string): { name: string; path: string; url: string }[] {
	const modules = new Map<string, { path?: string; url?: string }>();
	for (const { key, value } of parseConfigList(listing)) {
		const [, name, field] = /^submodule\.(.*)\.(path|url)$/s.exec(key) ?? [];
		if (name !== undefined && field) modules.set(name, { ...modules.get(name), [field]: value });
	}
	return [...modules].flatMap(([name, { path, url }]) =>
		path !== undefined && url !== undefined && isPlainPath(path) ? [{ name, path, url }] : [],
	);
}

/** Inside of the working copy, and in its own words. */
function isPlainPath(path: string): boolean {
	const parts = path.split("/");
	return path !== "" && !path.startsWith("-") && parts.every((part) => !["", ".", "..", ".git"].includes(part));
}

/** Null: it is not cloned from. Of the parent's own host, the forms with a key or without TLS are the same repository. */
function absoluteUrl(url: string, parent: string): string | null {
	const { host, origin } = new URL(parent);
	const isRelative = url.startsWith("./") || url.startsWith("../");
	const prefix = [`git@${host}:`, `ssh://git@${host}/`, `http://${host}/`].find((start) => url.startsWith(start));
	const written = prefix === undefined ? url : `${origin}/${url.slice(prefix.length)}`;
	const parsed = isRelative ? URL.parse(url, `${parent.replace(/\/+$/, "")}/`) : URL.parse(written);
	if (!parsed || parsed.username || parsed.password) return null;
	if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && parsed.origin === origin)) return null;
	return parsed.href.replace(/\/+$/, "");
}

function refusedAddress(name: string, url: string): AppError {
	const shown = url.replace(/\/\/[^/@]*@/, "//…@").slice(0, 200);
	return new AppError({
		code: "conflict",
		message: `The submodule ${JSON.stringify(name)} is at ${JSON.stringify(shown)}, which is not cloned from: only https addresses without a user are. Leave submodules out, or change .gitmodules.`,
	});
}
