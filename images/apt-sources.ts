/** The machine's own apt sources, narrowed to its distribution's archive: where an image is built from. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../lib/domain/errors.ts";

export type AptSource = { uri: string; suites: string[]; components: string[]; signedBy: string | null };

/** The entries of `/etc/apt` that carry this release (`codename`, its updates and security suites), as they stand there. */
export async function readAptSources(o: { codename: string; aptDir?: string }): Promise<AptSource[]> {
	const aptDir = o.aptDir ?? "/etc/apt";
	const sources: AptSource[] = [];
	for (const file of await sourceFiles(aptDir)) {
		const text = await readFile(file, "utf8");
		for (const source of file.endsWith(".sources") ? parseDeb822(text) : parseOneLine(text)) {
			sources.push(...(await withPlainUris(source)));
		}
	}
	const own = sources.map((source) => narrow(source, o.codename)).filter((source) => source.suites.length > 0);
	if (!own.some((source) => source.suites.includes(o.codename))) {
		throw new AppError({
			code: "unavailable",
			message: `No apt source in ${aptDir} carries ${o.codename}: add this release's archive to /etc/apt/sources.list and start again.`,
		});
	}
	return own;
}

/** One deb822 file with all of them, for mmdebstrap and for the image. */
export function renderDeb822(sources: readonly AptSource[]): string {
	return sources
		.map((source) =>
			[
				"Types: deb",
				`URIs: ${source.uri}`,
				`Suites: ${source.suites.join(" ")}`,
				`Components: ${source.components.join(" ")}`,
				...(source.signedBy ? [`Signed-By: ${source.signedBy}`] : []),
				"",
			].join("\n"),
		)
		.join("\n");
}

async function sourceFiles(aptDir: string): Promise<string[]> {
	const parts = path.join(aptDir, "sources.list.d");
	const names = await readdir(parts).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return [];
		throw error;
	});
	const files = names.filter((name) => /\.(list|sources)$/.test(name)).sort();
	const main = path.join(aptDir, "sources.list");
	const hasMain = (await readdir(aptDir)).includes("sources.list");
	return [...(hasMain ? [main] : []), ...files.map((name) => path.join(parts, name))];
}

export function parseDeb822(text: string): AptSource[] {
	return text
		.split(/\n\s*\n/)
		.map((stanza) => parseStanza(stanza))
		.filter((fields) => fields.get("enabled")?.toLowerCase() !== "no")
		.filter((fields) => words(fields.get("types")).includes("deb"))
		.flatMap((fields) =>
			words(fields.get("uris")).map((uri) => ({
				uri,
				suites: words(fields.get("suites")),
				components: words(fields.get("components")),
				signedBy: signedByPath(fields.get("signed-by")),
			})),
		);
}

function parseStanza(stanza: string): Map<string, string> {
	const fields = new Map<string, string>();
	let last = "";
	for (const line of stanza.split("\n")) {
		if (line.startsWith("#") || !line.trim()) continue;
		const field = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
		if (field?.[1]) {
			last = field[1].toLowerCase();
			fields.set(last, field[2] ?? "");
		} else if (last) {
			fields.set(last, `${fields.get(last)}\n${line.trim()}`);
		}
	}
	return fields;
}

export function parseOneLine(text: string): AptSource[] {
	const sources: AptSource[] = [];
	for (const line of text.split("\n")) {
		const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line.trim());
		if (!match?.[2] || !match[3]) continue;
		const signedBy = words(match[1]).find((option) => option.startsWith("signed-by="));
		sources.push({
			uri: match[2],
			suites: [match[3]],
			components: words(match[4]),
			signedBy: signedByPath(signedBy?.slice("signed-by=".length)),
		});
	}
	return sources;
}

/** `mirror+file:` lists (cloud images have them) stand for the first address in the file; media and file sources are left out. */
async function withPlainUris(source: AptSource): Promise<AptSource[]> {
	if (source.uri.startsWith("mirror+file:")) {
		const list = await readFile(source.uri.slice("mirror+file:".length), "utf8");
		const first = list
			.split("\n")
			.map((line) => line.trim().split(/\s/)[0])
			.find((uri) => uri && !uri.startsWith("#"));
		return first ? [{ ...source, uri: first }] : [];
	}
	return /^https?:/.test(source.uri) ? [source] : [];
}

function narrow(source: AptSource, codename: string): AptSource {
	const wanted = new Set([codename, `${codename}-updates`, `${codename}-security`, `${codename}/updates`]);
	const isDistribution = source.components.includes("main");
	return { ...source, suites: isDistribution ? source.suites.filter((suite) => wanted.has(suite)) : [] };
}

/** An embedded key block stays the host's business: mmdebstrap then uses the distribution's keyring. */
function signedByPath(value: string | undefined): string | null {
	const text = value?.trim();
	return text?.startsWith("/") ? text : null;
}

function words(text: string | undefined): string[] {
	return text?.trim() ? text.trim().split(/\s+/) : [];
}
