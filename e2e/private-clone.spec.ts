import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { inBox } from "./box-git-server.ts";
import { install } from "./install.ts";
import { apiOf, destroyAll, signInByGithub, waitForState } from "./session.ts";

const bare = path.join(install.gitFolder, "analytical-engines/engine.git");

/** As the stand-in knows it: private, with the branches main and mill. */
function makeRepository(): void {
	rmSync(bare, { recursive: true, force: true });
	mkdirSync(path.dirname(bare), { recursive: true });
	const work = mkdtempSync(path.join(tmpdir(), "devbox-e2e-work-"));
	const git = (...args: string[]) =>
		execFileSync("git", ["-C", work, "-c", "user.name=t", "-c", "user.email=t@example.test", ...args]);
	git("init", "--quiet", "-b", "main");
	writeFileSync(path.join(work, "plan.txt"), "of the engine\n");
	git("add", "-A");
	git("commit", "--quiet", "-m", "first");
	git("checkout", "--quiet", "-b", "mill");
	writeFileSync(path.join(work, "plan.txt"), "of the mill\n");
	git("commit", "--quiet", "-am", "second");
	git("clone", "--quiet", "--bare", work, bare);
	rmSync(work, { recursive: true });
}

/** What the box's user gets to see. */
const asUser = (id: string, command: string): string =>
	inBox(id, "su", "devbox", "-s", "/bin/sh", "-c", `cd /workspaces/engine && ${command}`).trim();

test("an account is connected, an organisation granted, its private repository picked with a branch, and git works inside without a token", async ({
	page,
}) => {
	makeRepository();
	await signInByGithub(page, "ada");
	await expect(page).toHaveURL(/\/devboxes/);
	const api = apiOf(page);
	await destroyAll(api);
	await api.disconnectGithub({});
	await page.goto("/settings/github");
	await page.getByRole("button", { name: /^Connect / }).click();
	await page.getByRole("link", { name: "Continue as ada" }).click();
	await expect(page).toHaveURL(/github=connected$/);
	await page.getByRole("switch", { name: "analytical-engines" }).click();
	await expect(page.getByText("analytical-engines/engine")).toBeVisible();

	await page.goto("/devboxes?create=1");
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await dialog.getByLabel("Name", { exact: true }).fill("private-clone");
	await dialog.getByRole("button", { name: "More" }).click();
	await dialog.getByRole("button", { name: "Search your GitHub" }).click();
	const search = page.getByLabel("Search repositories");
	await expect(search).toBeFocused();
	await search.fill("engine");
	await page.getByRole("button", { name: /analytical-engines\/engine/ }).click();
	const row = dialog.getByRole("group", { name: "analytical-engines/engine" });
	await expect(row.locator("datalist option[value=mill]")).toHaveCount(1);
	await row.getByLabel("Branch, tag or commit").fill("mill");
	await row.getByLabel("With its submodules").check();
	await row.getByLabel("May push from inside").check();
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await waitForState(api, id, "ready");

	expect(asUser(id, "cat plan.txt; git branch --show-current")).toBe("of the mill\nmill");
	// The gateway opens the way a moment after the box is ready.
	await expect
		.poll(() => asUser(id, "git fetch --quiet origin && git branch -r || echo no way yet"))
		.toContain("origin/main");
	const commit = "git -c user.name=a -c user.email=a@example.test commit --quiet --allow-empty -m inside";
	asUser(id, `${commit} && git push --quiet origin HEAD:refs/heads/inside`);
	expect(execFileSync("git", ["--git-dir", bare, "log", "-1", "--format=%s", "inside"], { encoding: "utf8" })).toBe(
		"inside\n",
	);

	// The stand-in's tokens, and `x-access-token:` as basic authentication has it; the bracket keeps the search from finding itself.
	const pattern = "gho_[0-9a-f]{36}|[e]C1hY2Nlc3MtdG9rZW46";
	const files = `grep -rlsE "$1" /home /workspaces /etc /root /run /tmp /var || echo none`;
	expect(inBox(id, "sh", "-c", files, "sh", pattern).trim()).toBe("none");
	const processes = `cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >/root/seen; grep -cE "$1" /root/seen || true`;
	expect(inBox(id, "sh", "-c", processes, "sh", pattern).trim()).toBe("0");
	await destroyAll(api);
	await api.disconnectGithub({});
});
