/** The submodules that a commit names, as git reads them: from its own tree, never from a working copy. */
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

/** Those with a path, an https or http address and a commit; at most `submodulesMax`. */
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
	for (const { path, url } of namedModules(listed.stdout).slice(0, submodulesMax)) {
		const address = absoluteUrl(url, o.parentUrl);
		if (!address) continue;
		const tree = await git("ls-tree", "-z", o.commit, "--", `:(literal)${path}`);
		const commit = /^160000 commit ([0-9a-f]{40,64})\t/.exec(tree.stdout)?.[1];
		if (commit) found.push({ path, url: address, commit });
	}
	return found;
}

function namedModules(listing: string): { path: string; url: string }[] {
	const modules = new Map<string, { path?: string; url?: string }>();
	for (const { key, value } of parseConfigList(listing)) {
		const [, name, field] = /^submodule\.(.*)\.(path|url)$/s.exec(key) ?? [];
		if (name !== undefined && field) modules.set(name, { ...modules.get(name), [field]: value });
	}
	return [...modules.values()].flatMap(({ path, url }) =>
		path !== undefined && url !== undefined && isPlainPath(path) ? [{ path, url }] : [],
	);
}

/** Inside of the working copy, and in its own words. */
function isPlainPath(path: string): boolean {
	const parts = path.split("/");
	return path !== "" && !path.startsWith("-") && parts.every((part) => !["", ".", "..", ".git"].includes(part));
}

function absoluteUrl(url: string, parent: string): string | null {
	const isRelative = url.startsWith("./") || url.startsWith("../");
	const parsed = isRelative ? URL.parse(url, `${parent.replace(/\/+$/, "")}/`) : URL.parse(url);
	if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) return null;
	return parsed.href.replace(/\/+$/, "");
}
