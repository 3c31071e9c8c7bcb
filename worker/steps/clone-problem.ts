/** What git's words on standard error mean for the owner of a box. */
export type CloneProblem = { kind: "no_network" | "final"; message: string };

/** `hint`: why no account's credential was used. */
type Failed = {
	url: string;
	ref: string | null;
	targetPath: string;
	stderr: string;
	code: number | null;
	hint: string | null;
};

export const cloneTimedOut: CloneProblem = { kind: "final", message: "It was not cloned within 30 minutes." };

/** git has no way there, or may not take it. */
const closedSubmodule = /clone of '(.*)' into submodule path '(?:.*\/)?([^/']+)' failed/;

const meanings: readonly { pattern: RegExp; words: (o: Failed) => string; isNetwork?: true }[] = [
	{
		pattern:
			/remote branch .* not found|couldn't find remote ref|not our ref|reference is not a tree|unable to read tree/i,
		words: ({ ref }) => `There is no branch, tag or commit ${JSON.stringify(ref)} in this repository.`,
	},
	{
		pattern: /transport '.*' not allowed/i,
		words: ({ stderr }) => {
			const [, url = "", name = ""] = closedSubmodule.exec(stderr) ?? [];
			return `The submodule ${JSON.stringify(name)} is at ${JSON.stringify(url)}, which is not cloned from: only https addresses are. Leave submodules out, or change .gitmodules.`;
		},
	},
	{
		pattern: /could not read Username|Authentication failed|returned error: 40[13]/i,
		words: ({ hint }) =>
			`The repository was not found, or is private. ${hint ?? "Check the address; a private repository cannot be cloned without a connection that may read it."}`,
	},
	{
		pattern: /repository\b.*not found|not found: did you run|returned error: 404/i,
		words: ({ hint }) => `The repository was not found. ${hint ?? "Check the address."}`,
	},
	{
		pattern: /certificate/i,
		words: ({ url }) => `The certificate of ${new URL(url).host} is not trusted in the devbox.`,
	},
	{
		pattern: /destination path .*already exists/i,
		words: ({ targetPath }) => `${targetPath} is there already and is not empty. Choose another target_path.`,
	},
	{ pattern: /No space left on device|Disk quota exceeded/i, words: () => "The devbox's disk is full." },
	{
		pattern: /env-exec: cannot run|git: (not found|command not found)/i,
		words: () => "There is no git in this image.",
	},
	{
		pattern:
			/Could not resolve host|Failed to connect|Couldn't connect|timed out|Connection (refused|reset)|Network is unreachable|No route to host|early EOF|RPC failed|returned error: (429|5\d\d)|unexpected disconnect|TLS connection|gnutls_handshake|SSL_ERROR/i,
		words: ({ url, stderr }) => `${new URL(url).host} could not be reached from the devbox: ${lastLine(stderr)}`,
		isNetwork: true,
	},
];

/** What went wrong, in words for the box's owner. */
export function cloneProblem(o: Failed): CloneProblem {
	// Names may hold any of these words.
	const said = o.stderr.replaceAll(o.url, "").replace(/^Cloning into .*$/gm, "");
	const known = meanings.find(({ pattern }) => pattern.test(said));
	if (known) return { kind: known.isNetwork ? "no_network" : "final", message: known.words(o) };
	return { kind: "final", message: `git failed (exit code ${o.code}): ${lastLine(o.stderr) || "it said nothing"}` };
}

function lastLine(stderr: string): string {
	const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
	return (lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.findLast(Boolean) ?? "").slice(0, 500);
}
