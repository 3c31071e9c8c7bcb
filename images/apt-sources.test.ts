import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseDeb822, parseOneLine, readAptSources, renderDeb822 } from "./apt-sources.ts";

const keyring = "/usr/share/keyrings/archive.gpg";
let aptDir: string;

beforeEach(async () => {
	aptDir = await mkdtemp(path.join(tmpdir(), "apt-"));
	await mkdir(path.join(aptDir, "sources.list.d"));
});
afterEach(() => rm(aptDir, { recursive: true }));

const put = (name: string, text: string) => writeFile(path.join(aptDir, name), text);

describe("readAptSources", () => {
	it("takes the release's own archive with its keyring, and leaves other vendors' repositories out", async () => {
		await put(
			"sources.list.d/debian.sources",
			`Types: deb\n# a comment\nURIs: http://archive.example/debian\nSuites: bookworm bookworm-updates bookworm-backports\nComponents: main contrib\nSigned-By: ${keyring}\n`,
		);
		await put("sources.list.d/vendor.list", "deb https://vendor.example/apt cloud-bookworm main\n");
		expect(await readAptSources({ codename: "bookworm", aptDir })).toEqual([
			{
				uri: "http://archive.example/debian",
				suites: ["bookworm", "bookworm-updates"],
				components: ["main", "contrib"],
				signedBy: keyring,
			},
		]);
	});

	it("uses the first address of a mirror list, as cloud images have them", async () => {
		await put("mirrors.list", "# main\nhttps://mirror.example/debian\nhttps://other.example/debian\n");
		await put(
			"sources.list.d/debian.sources",
			`Types: deb deb-src\nURIs: mirror+file:${path.join(aptDir, "mirrors.list")}\nSuites: bookworm\nComponents: main\n`,
		);
		const [source] = await readAptSources({ codename: "bookworm", aptDir });
		expect(source?.uri).toBe("https://mirror.example/debian");
	});

	it("says what to do when no source carries the release", async () => {
		await put("sources.list", "deb http://archive.example/debian trixie main\n");
		await expect(readAptSources({ codename: "bookworm", aptDir })).rejects.toThrow(/add this release's archive/);
	});
});

describe("the two formats of apt sources", () => {
	it("reads one-line entries with options, and skips comments, sources of source code and disabled stanzas", () => {
		const text = `deb [arch=amd64 signed-by=${keyring}] http://a.example/d bookworm main # why\n# deb http://b.example/d bookworm main\ndeb-src http://a.example/d bookworm main\n`;
		expect(parseOneLine(text)).toEqual([
			{ uri: "http://a.example/d", suites: ["bookworm"], components: ["main"], signedBy: keyring },
		]);
		expect(parseDeb822("Enabled: no\nTypes: deb\nURIs: http://a.example/d\nSuites: s\nComponents: main\n")).toEqual([]);
	});

	it("renders what it reads back the same", () => {
		const sources = [
			{ uri: "http://a.example/d", suites: ["s", "s-updates"], components: ["main"], signedBy: keyring },
		];
		expect(parseDeb822(renderDeb822(sources))).toEqual(sources);
	});

	it("does not take an embedded key block for a keyring's path", () => {
		const text =
			"Types: deb\nURIs: http://a.example/d\nSuites: s\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDME\n";
		expect(parseDeb822(text)[0]?.signedBy).toBeNull();
	});
});
