import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BoxLinks } from "../../lib/domain/box-link.ts";
import type { PersonalSettings } from "../../lib/domain/personal-settings.ts";
import { createBoxLinks } from "../../lib/link/box-links.ts";
import { type LocalBox, startLocalBox } from "../../lib/link/testing/local-box.ts";
import { applyAll } from "./apply-personal-settings.ts";
import type { CloneContext } from "./clone-run.ts";
import { applyDotfiles } from "./dotfiles.ts";
import { commandLine, type GetLink } from "./follow-command.ts";

/** The real scripts in a stand-in for a box, with its real sshd, shell and git; repositories come from a folder of this machine. */
let box: LocalBox;
let links: BoxLinks;
let folder: string;

const signal = new AbortController().signal;
const getLink: GetLink = (user) => links.get({ instance: box.instance, user, signal });
const none: PersonalSettings = {
	commitName: null,
	commitEmail: null,
	dotfilesUrl: null,
	dotfilesRef: null,
	dotfilesScript: null,
	shell: null,
	editor: null,
};
/** Nobody is connected to a GitHub here: what is not at its address is cloned in the box. */
const ctx = { githubUrl: "https://github.test", signal } as CloneContext;
const apply = (settings: Partial<PersonalSettings>) =>
	applyAll({ settings: { ...none, ...settings }, getLink, ctx, signal, isOver: () => false });

async function look(script: string, args: string[] = [], user: "devbox" | "root" = "devbox"): Promise<string> {
	const link = await getLink(user);
	return (await link.run({ command: commandLine(script, args), timeoutMs: 10_000 })).stdout;
}

beforeAll(async () => {
	box = await startLocalBox();
	links = createBoxLinks({ engine: { exec: (o) => box.engine.exec({ ...o, name: box.instance }) } });
	folder = mkdtempSync("/var/tmp/devbox-dotfiles-test-");
	chmodSync(folder, 0o755);
	const runtime = path.resolve(import.meta.dirname, "../../images/base/runtime");
	await look(
		`mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work &&
		mount -t overlay overlay -o lowerdir=/usr/lib,upperdir=/mnt/upper,workdir=/mnt/work /usr/lib &&
		mkdir -p /usr/lib/devbox && cp "$1"/* /usr/lib/devbox/ && chmod 755 /usr/lib/devbox/*`,
		[runtime],
		"root",
	);
});

afterAll(async () => {
	await links.close();
	await box.close();
	// The stand-in shares this machine's /var/tmp.
	for (const name of ["devbox-dotfiles", "devbox-dotfiles.running"])
		rmSync(path.join("/var/tmp", name), { recursive: true, force: true });
	rmSync(folder, { recursive: true, force: true });
});

describe("the commit identity", () => {
	test.each([
		["Ada Lovelace", "ada@example.com"],
		["-n --unset", "-x@example.com"],
		[`O'Hara "Q" \\ $(touch /tmp/owned) \`id\`; #`, `"a;b"@example.com`],
		["宮本 茂", "1+ada@users.noreply.github.com"],
	])("%s is what git then says, letter by letter", async (commitName, commitEmail) => {
		const message = await apply({ commitName, commitEmail });
		expect(message).toBe(`git user.name is ${commitName}.\ngit user.email is ${commitEmail}.`);
		expect(await look("git config --global --null --get user.name")).toBe(`${commitName}\0`);
		expect(await look("git config --global --null --get user.email")).toBe(`${commitEmail}\0`);
		expect(await look("ls /tmp")).toBe("");
	});

	test("a box whose git does not take it warns, and the rest is applied", async () => {
		await look('rm -f "$HOME/.gitconfig" && mkdir "$HOME/.gitconfig"');
		const message = await apply({ commitName: "Ada", editor: "sh" });
		await look('rmdir "$HOME/.gitconfig"');
		expect(message).toMatch(/^Warning: git user\.name could not be set: .+\nEDITOR and VISUAL are sh\.$/);
	});
});

describe("shell and editor", () => {
	test("a shell that the image has becomes the login shell, and commands of ours go on working in it", async () => {
		const overlay = "lowerdir=/usr/bin,upperdir=/mnt/bin,workdir=/mnt/bin-work";
		await look(`mkdir /mnt/bin /mnt/bin-work && mount -t overlay overlay -o ${overlay} /usr/bin`, [], "root");
		await look("cp /usr/bin/bash /usr/bin/zsh && echo /usr/bin/zsh >>/etc/shells", [], "root");
		expect(await apply({ shell: "zsh" })).toBe("The login shell is zsh.");
		expect(await look("getent passwd devbox | cut -d: -f7")).toBe("/usr/bin/zsh\n");
		links.drop(box.instance);
		expect(await look('printf %s "$1"', [`it's \\ "all" $HOME\n`])).toBe(`it's \\ "all" $HOME\n`);
		expect(await apply({ shell: "bash" })).toBe("The login shell is bash.");
		expect(await apply({ shell: "fish" })).toContain("Warning: Shell: there is no fish in this image");
	});

	test("an editor that is not there is said, with its arguments and without running anything", async () => {
		expect(await apply({ editor: "sh -c" })).toBe("EDITOR and VISUAL are sh -c.");
		const message = await apply({ editor: "nothing-$(touch /tmp/owned) --wait" });
		expect(message).toContain("Warning: Editor: ");
		expect(await look("ls /tmp")).toBe("");
	});
});

describe("dotfiles", () => {
	let count = 0;
	function repository(files: Record<string, string>): string {
		const at = path.join(folder, `repository-${count++}`);
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(path.dirname(path.join(at, name)), { recursive: true });
			writeFileSync(path.join(at, name), text);
		}
		const git = (...args: string[]) =>
			execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", "-C", at, ...args], { stdio: "ignore" });
		git("init", "-b", "main");
		git("add", "-A");
		git("commit", "-m", "first");
		execFileSync("chown", ["-R", "1000:1000", at]);
		return `file://${at}`;
	}
	const run = async (url: string, o: Partial<PersonalSettings> = {}) => {
		await look("rm -rf /var/tmp/devbox-dotfiles", [], "root");
		await look('rm -rf "$HOME/.dotfiles"');
		const home = (await look('printf %s "$HOME"')).trim();
		return applyDotfiles({ settings: { ...none, ...o }, url, home, getLink, ctx, signal });
	};

	test("run the first script that they have, in their folder", async () => {
		const url = repository({ "setup.sh": "#!/bin/sh\necho late", "install.sh": "#!/bin/sh\necho at $PWD" });
		const { lines, warnings } = await run(url);
		expect([lines.join("\n"), warnings]).toEqual([expect.stringContaining("/.dotfiles"), []]);
		expect(lines.join("\n")).toContain("Running install.sh");
		expect(lines.join("\n")).not.toContain("late");
	});

	test("print no value of the box's environment into the operation", async () => {
		const url = repository({ "install.sh": '#!/bin/sh\nset -x\necho "token=$NPM_TOKEN"' });
		const put = `mkdir -p /run/devbox && mount -t tmpfs tmpfs /run/devbox &&
			printf 'NPM_TOKEN=very-secret-value\\0' >/run/devbox/env && chmod 644 /run/devbox/env`;
		await look(put, [], "root");
		const { lines, warnings } = await run(url);
		await look("umount /run/devbox", [], "root");
		expect([lines.join("\n"), warnings]).toEqual([expect.stringContaining("token="), []]);
		expect(lines.join("\n")).not.toContain("very-secret-value");
	});

	test("run the script that was named; one that is not there is a warning", async () => {
		const url = repository({ "install.sh": "#!/bin/sh\necho wrong", "my/-own": "#!/bin/sh\necho right" });
		expect((await run(url, { dotfilesScript: "my/-own" })).lines.join()).toContain("right");
		const missing = await run(url, { dotfilesScript: "nope.sh" });
		expect(missing.warnings).toEqual(["Dotfiles: their script failed (exit code 127)."]);
		expect(missing.lines.join()).toContain("There is no nope.sh");
	});

	test("without a script are linked into the home folder, and what was there is kept beside", async () => {
		await look('echo before >"$HOME/.mine"');
		const { lines, warnings } = await run(repository({ ".mine": "after", readme: "no", ".config/x": "y" }));
		expect(warnings).toEqual([]);
		expect(lines.join("\n")).toContain("Linked ~/.mine");
		expect(await look('cat "$HOME/.mine" "$HOME/.config/x"; cat "$HOME/.mine.before-dotfiles"')).toBe(
			"aftery" + "before\n",
		);
	});

	test("a script that fails, or writes without end, is a warning with the end of what it said", async () => {
		const failed = await run(repository({ "install.sh": "#!/bin/sh\nyes | head -c 500000\necho the end\nexit 3" }));
		expect(failed.warnings).toEqual(["Dotfiles: their script failed (exit code 3)."]);
		const said = failed.lines.join("\n");
		expect(said.endsWith("the end")).toBe(true);
		expect(said.length).toBeLessThan(9_000);
	});

	test("a repository or ref that is not there is a warning that says which", async () => {
		expect((await run(`file://${folder}/none`)).warnings.join()).toMatch(/^Dotfiles: /);
		const url = repository({ "install.sh": "#!/bin/sh\n" });
		const { warnings } = await run(url, { dotfilesRef: "no-such" });
		expect(warnings).toEqual(['Dotfiles: There is no branch, tag or commit "no-such" in this repository.']);
	});
});
