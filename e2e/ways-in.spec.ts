import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { install } from "./install.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";

const run = promisify(execFile);
let folder: string;

test.beforeAll(() => {
	folder = mkdtempSync("/tmp/devbox-e2e-");
});

test.afterAll(() => rmSync(folder, { recursive: true }));

async function openTab(page: Page, id: string, tab: string): Promise<void> {
	await page.goto(`/devboxes/${id}?tab=${tab}`);
}

/** With no configuration, agent or known hosts of whoever runs this. */
function ssh(command: string[], key: string | null): Promise<{ stdout: string }> {
	const options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", `UserKnownHostsFile=${folder}/known_hosts`];
	const identity = key ? ["-i", key, "-o", "IdentitiesOnly=yes"] : ["-o", "PubkeyAuthentication=no"];
	const quiet = ["-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];
	return run("ssh", [...options, ...identity, ...quiet, ...command], { timeout: 30_000 });
}

test("a token made in the dashboard signs a program in, until it is revoked there", async ({ page }) => {
	await signInByLink(page);
	const name = `robot ${Date.now()}`;
	await page.goto("/settings/tokens");
	await page.getByRole("button", { name: "New token" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Make token" }).click();
	await expect(dialog.getByRole("alert")).toContainText("Say what it is for");
	await dialog.getByLabel("Name", { exact: true }).fill(name);
	await dialog.getByRole("button", { name: "Make token" }).click();
	await expect(dialog.getByRole("heading", { name: "Copy the token now" })).toBeVisible();
	const token = await dialog.locator("code").first().textContent();
	expect(token).toMatch(/^devbox_pat_/);
	// Neither a click beside the dialog nor Esc may lose what is shown once.
	await page.mouse.click(5, 5);
	await page.keyboard.press("Escape");
	await expect(dialog.locator("code").first()).toHaveText(token ?? "");
	await dialog.getByRole("button", { name: "I have copied it" }).click();
	const ask = () => fetch(`${install.url}/api/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });
	expect((await ask()).status).toBe(200);
	await page.getByRole("button", { name: `Revoke ${name}` }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
	await expect(page.getByText(name, { exact: true })).toHaveCount(0);
	await expect.poll(async () => (await ask()).status).toBe(401);
});

test("a key pasted into the settings, and a login made on the box's page, open it by ssh; revoking closes", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	await api.deleteSshKey();
	const id = await createReady(api, "by-ssh");
	const key = path.join(folder, "id");
	execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);

	await page.goto("/settings");
	const text = page.getByLabel("Public key");
	await text.fill(readFileSync(key, "utf8"));
	await page.getByRole("button", { name: "Add key" }).click();
	await expect(page.getByText("This is a PRIVATE key")).toBeVisible();
	await expect(text).toHaveValue("");
	await text.fill(readFileSync(`${key}.pub`, "utf8"));
	await page.getByRole("button", { name: "Add key" }).click();
	await expect(page.getByRole("list", { name: "SSH keys" })).toContainText("SHA256:");

	await openTab(page, id, "connect");
	const words = async (label: string) =>
		((await page.getByLabel(label, { exact: true }).textContent()) ?? "").trim().split(/\s+/);
	const byKey = (await words("SSH command")).slice(1);
	expect((await ssh([...byKey, "hostname"], key)).stdout).toBe("by-ssh\n");
	await page.getByRole("button", { name: "Make a login" }).click();
	await expect(page.getByText("Copy it now")).toBeVisible();
	await page.getByRole("tab", { name: "Files" }).click();
	await expect(page.getByText("Copy it now")).toHaveCount(0);
	await page.getByRole("tab", { name: "Connect" }).click();
	await expect(page.getByText("Copy it now")).toBeVisible();
	const byLogin = (await words("SSH command of the login")).slice(1);
	expect((await ssh([...byLogin, "id -un"], null)).stdout).toBe("devbox\n");
	await page.getByRole("list", { name: "SSH logins" }).getByRole("button", { name: "Revoke" }).click();
	await expect(page.getByText("No login is in force.")).toBeVisible();
	await expect(ssh([...byLogin, "true"], null)).rejects.toThrow(/Permission denied/);

	await page.goto("/settings");
	await page.getByRole("button", { name: /^Remove key/ }).click();
	await expect(page.getByRole("list", { name: "SSH keys" })).toHaveCount(0);
	await expect(ssh([...byKey, "true"], key)).rejects.toThrow(/Permission denied/);
	await destroyAll(api);
});

test("files go in by button and by drop, come out as they were, and are renamed, replaced and removed", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const id = await createReady(api, "with-files");
	await openTab(page, id, "files");
	await page.getByRole("button", { name: "New folder" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("a folder");
	await page.getByRole("button", { name: "Make folder" }).click();
	await page.getByRole("button", { name: "a folder", exact: true }).click();
	await expect(page.getByText("This directory is empty.")).toBeVisible();

	// Back shows another directory behind the dialog; the folder is made where it was asked for.
	await page.getByRole("button", { name: "New folder" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("inner");
	await page.goBack();
	await expect(page.getByLabel("Path", { exact: true }).locator("[aria-current]")).toHaveText("devbox");
	await expect(page.getByRole("dialog")).toContainText("/home/devbox/a folder");
	await page.getByRole("button", { name: "Make folder" }).click();
	await expect(page.getByRole("dialog")).toHaveCount(0);
	await page.goForward();
	await expect(page.getByRole("button", { name: "inner", exact: true })).toBeVisible();

	const bytes = Buffer.from("first\0\u00e9\n".repeat(100_000));
	writeFileSync(path.join(folder, "data.bin"), bytes);
	// An upload goes on behind another tab.
	const { promise: held, resolve: release } = Promise.withResolvers<void>();
	const uploads = /\/files\?/;
	await page.route(uploads, async (route) => {
		if (route.request().method() === "PUT") await held;
		await route.continue();
	});
	await page.getByLabel("Files to upload").setInputFiles(path.join(folder, "data.bin"));
	await expect(page.getByRole("region", { name: "Uploads" })).toContainText("Uploading 1 of 1");
	await page.getByRole("tab", { name: "Overview" }).click();
	await expect(page.getByRole("region", { name: "Uploads" })).toHaveCount(0);
	await page.getByRole("tab", { name: "Files" }).click();
	release();
	await expect(page.getByRole("region", { name: "Uploads" })).toContainText("Done");
	await page.unroute(uploads);
	const [download] = await Promise.all([
		page.waitForEvent("download"),
		page.getByRole("link", { name: "data.bin" }).click(),
	]);
	expect(readFileSync(await download.path()).equals(bytes)).toBe(true);

	// The same name again asks before it replaces.
	await page.getByLabel("Files to upload").setInputFiles(path.join(folder, "data.bin"));
	await page.getByRole("button", { name: "Replace" }).click();
	await expect(page.getByRole("region", { name: "Uploads" }).getByText("Done")).toHaveCount(2);

	const transfer = await page.evaluateHandle(() => {
		const data = new DataTransfer();
		data.items.add(new File(["dropped"], "dropped.txt"));
		return data;
	});
	await page.getByRole("region", { name: "Files", exact: true }).dispatchEvent("drop", { dataTransfer: transfer });
	await expect(page.getByRole("link", { name: "dropped.txt" })).toBeVisible();
	await page.getByRole("button", { name: "Actions of dropped.txt" }).click();
	await page.getByRole("menuitem", { name: "Rename" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("renamed.txt");
	await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
	await expect(page.getByRole("link", { name: "renamed.txt" })).toBeVisible();
	await page.getByRole("button", { name: "Actions of renamed.txt" }).click();
	await page.getByRole("menuitem", { name: "Remove" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await expect(page.getByRole("link", { name: "renamed.txt" })).toHaveCount(0);
	await destroyAll(api);
});

test("a command run from the page shows its output and its own exit code, and what it serves opens as a preview", async ({
	page,
	context,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	await destroyAll(api);
	const id = await createReady(api, "with-commands");
	await openTab(page, id, "commands");
	const line = page.getByRole("textbox", { name: "Command" });
	// A connection that is lost is made again.
	await page.route(/\/stream\?/, (route) => route.abort("connectionfailed"), { times: 1 });
	await line.fill("echo out; echo err >&2; exit 42");
	await line.press("Enter");
	const list = page.getByRole("list", { name: "Commands" });
	await expect(list.getByText("exit 42")).toBeVisible();
	await expect(list.getByLabel("Output", { exact: true })).toContainText("out");
	await expect(list.getByLabel("Output", { exact: true })).toContainText("err");

	await line.fill("echo '<h1>from inside</h1>' > index.html; exec python3 -m http.server 8123");
	await line.press("Enter");
	await openTab(page, id, "ports");
	const open = page.getByRole("row").filter({ hasText: "8123" }).getByRole("link", { name: /Open/ });
	const [preview] = await Promise.all([context.waitForEvent("page"), open.click()]);
	await expect(preview.getByRole("heading", { name: "from inside" })).toBeVisible();
	expect(new URL(preview.url()).origin).not.toBe(new URL(install.url).origin);
	expect(await preview.evaluate(() => document.cookie)).toBe("");

	await openTab(page, id, "commands");
	await page.getByRole("button", { name: "Cancel" }).click();
	await expect(list.getByText("SIGTERM")).toBeVisible();

	for (const command of ["sleep 301", "sleep 302", "sleep 303"]) {
		await line.fill(command);
		await line.press("Enter");
		await expect(list.getByText(command)).toBeVisible();
		await expect(line).toHaveValue("");
	}
	const paused = list.getByRole("listitem").filter({ hasText: "Paused: two running commands" });
	await expect(paused).toHaveCount(1);
	await expect(paused).toContainText("sleep 301");
	await paused.getByRole("button", { name: "Follow this one" }).click();
	await expect(paused).toContainText("sleep 302");
	await destroyAll(api);
});
