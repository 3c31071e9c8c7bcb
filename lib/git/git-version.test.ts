import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findServerGit, requireServerGit } from "./git-version.ts";

const before = process.env.PATH;
let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), "devbox-git-version-"));
	process.env.PATH = folder;
});
afterEach(() => {
	process.env.PATH = before;
	rmSync(folder, { recursive: true });
});

function gitSays(text: string): void {
	const file = path.join(folder, "git");
	writeFileSync(file, `#!/bin/sh\necho '${text}'\n`);
	chmodSync(file, 0o755);
}

test("a git that would not keep to checked addresses is refused, and one that is missing as well", async () => {
	expect(await findServerGit()).toMatchObject({ version: null, problem: expect.stringMatching(/not installed/) });
	for (const old of ["1.9.5", "2.9.0", "2.36.6"]) {
		gitSays(`git version ${old}`);
		expect(await findServerGit()).toMatchObject({ version: old, problem: expect.stringContaining("older than 2.37") });
		await expect(requireServerGit()).rejects.toMatchObject({ code: "conflict" });
	}
	for (const enough of ["2.37.0", "2.39.5", "2.100.0", "3.0"]) {
		gitSays(`git version ${enough} (of somebody)`);
		expect(await findServerGit()).toEqual({ version: enough, problem: null });
	}
	await requireServerGit();
});
