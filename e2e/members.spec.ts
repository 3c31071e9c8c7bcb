import { type Browser, expect, type Page, test } from "@playwright/test";
import { instancesOf, operator } from "./install.ts";
import { apiOf, createReady, destroyAll, signInByGithub, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/** A login that no earlier run has used. */
function newLogin(): string {
	return `guest-${Date.now().toString(36)}`;
}

async function openBrowser(browser: Browser, o: { userAgent?: string } = {}): Promise<Page> {
	return (await browser.newContext(o)).newPage();
}

async function createByDialog(page: Page, name: string): Promise<void> {
	await page.goto("/devboxes?create=1");
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await dialog.getByLabel("Name", { exact: true }).fill(name);
	await dialog.getByRole("button", { name: "Create devbox" }).click();
}

test("an admin invites a login, takes it back, invites again, and the invited person is in once", async ({
	page,
	browser,
}) => {
	const login = newLogin();
	await signInByLink(page);
	await page.goto("/settings/members");
	const invitations = page.getByRole("region", { name: "Invitations" });
	const members = page.getByRole("region", { name: "Members" });
	const entry = invitations.getByRole("listitem").filter({ hasText: login });
	const invite = async (name: string, role = "Member") => {
		await invitations.getByLabel("GitHub login").fill(name);
		await invitations.getByLabel("Role").selectOption(role);
		await invitations.getByRole("button", { name: "Invite" }).click();
	};
	await invite("not a login");
	await expect(invitations.getByRole("alert")).toContainText("A GitHub login has up to 39 letters");
	await invite(login, "Admin");
	await expect(entry).toContainText("admin");
	await expect(invitations.getByLabel("GitHub login")).toHaveValue("");
	await invite(login.toUpperCase());
	await expect(invitations.getByRole("alert")).toContainText("has been invited already");

	await entry.getByRole("button", { name: "Take back" }).click();
	await expect(entry).toHaveCount(0);
	const guest = await openBrowser(browser);
	await signInByGithub(guest, login);
	await expect(guest.getByRole("alert").first()).toContainText(/Sign-up is closed.*Ask/);

	await invite(login);
	await expect(entry).toContainText("member");
	await signInByGithub(guest, login);
	await expect(guest).toHaveURL(/\/devboxes/);
	expect(await apiOf(guest).getProfile()).toMatchObject({ user: { login }, role: "member" });

	await page.reload();
	await expect(members.getByLabel(`Role of ${login}`)).toHaveValue("member");
	await expect(entry).toHaveCount(0);
	await invite(login);
	await expect(invitations.getByRole("alert")).toContainText(`${login} is a member already.`);

	// Shut out by the operator: out at once, and no invitation changes that.
	operator("admin", "disable", login);
	await expect(guest).toHaveURL(/\/sign-in/);
	await invite(login);
	await expect(invitations.getByRole("alert")).toContainText("disabled");
	operator("admin", "enable", login);
	await signInByGithub(guest, login);
	await expect(guest).toHaveURL(/\/devboxes/);
	await guest.context().close();
});

test("whoever opens an invitation link joins once by signing in, and the link says why it lets nobody in after", async ({
	page,
	browser,
}) => {
	const login = newLogin();
	await signInByLink(page);
	await page.goto("/settings/members");
	const links = page.getByRole("region", { name: "Invitation links" });
	const makeLink = async (role: string, uses = "1") => {
		await links.getByRole("button", { name: "New link" }).click();
		const form = page.getByRole("dialog", { name: "New invitation link" });
		await form.getByLabel("Role of whoever joins").selectOption(role);
		await form.getByLabel("Uses").fill(uses);
		await form.getByRole("button", { name: "Make link" }).click();
		const shown = page.getByRole("dialog", { name: "Copy the link now" });
		const url = await shown.getByRole("region", { name: "Invitation link" }).textContent();
		await shown.getByRole("button", { name: "I have copied it" }).click();
		return (url ?? "").trim();
	};
	const url = await makeLink("Admin");
	expect(url).toMatch(/\/join#devbox_inv_/);
	await expect(page.getByText(url)).toHaveCount(0);

	// Signed in already: it says so, and keeps its use.
	const owner = (await apiOf(page).getProfile()).user.login;
	const own = await page.context().newPage();
	await own.goto(url);
	await expect(own.getByText(`You are signed in as ${owner}, an owner already.`)).toBeVisible();
	await expect(own.getByRole("button", { name: /^Continue with/ })).toHaveCount(0);
	await own.close();

	const guest = await openBrowser(browser);
	const asked: string[] = [];
	guest.on("request", (request) => asked.push(`${request.url()} ${request.headers().referer ?? ""}`));
	await guest.goto(url);
	await expect(guest.getByText(new RegExp(`${owner} invites you to .* as an admin`))).toBeVisible();
	await guest.getByRole("button", { name: /^Continue with/ }).click();
	await guest.getByLabel("Another login").fill(login);
	await guest.getByRole("button", { name: "Continue", exact: true }).click();
	await expect(guest).toHaveURL(/\/devboxes/);
	expect(await apiOf(guest).getProfile()).toMatchObject({ user: { login }, role: "admin" });
	expect(asked.join("\n")).not.toContain("devbox_inv_");
	expect((await guest.context().cookies()).map(({ name }) => name)).not.toContain("devbox_join");

	await page.reload();
	const used = links.getByRole("listitem").filter({ hasText: login });
	await expect(used).toContainText("0 of 1 use left");
	await expect(used).toContainText("used up");

	// The next one with it, half of it, and one that is revoked while its page is open.
	const late = await openBrowser(browser);
	await late.goto(url);
	await expect(late.getByRole("heading", { name: "This link has been used" })).toBeVisible();
	await late.goto(url.slice(0, -1));
	await expect(late.getByRole("heading", { name: "This link is not known here" })).toBeVisible();
	const second = await makeLink("Member", "7");
	await late.goto(second);
	await expect(late.getByRole("button", { name: /^Continue with/ })).toBeVisible();
	const entry = links.getByRole("listitem").filter({ hasText: "7 of 7 uses left" }).first();
	await entry.getByRole("button", { name: "Revoke" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Revoke link" }).click();
	await expect(page.getByRole("dialog")).toHaveCount(0);
	await late.getByRole("button", { name: /^Continue with/ }).click();
	await expect(late.getByRole("heading", { name: "This link was revoked" })).toBeVisible();

	// Removed, the guest does not come back by a link that they still have.
	const third = await makeLink("Member");
	await apiOf(page).removeMember({ user_id: (await apiOf(guest).getProfile()).user.id });
	// The page that is signed out leads away by itself, maybe in the middle of this.
	await expect(() => guest.goto(third)).toPass();
	await guest.getByRole("button", { name: /^Continue with/ }).click();
	await guest.getByLabel("Another login").fill(login);
	await guest.getByRole("button", { name: "Continue", exact: true }).click();
	await expect(guest.getByRole("alert").first()).toContainText("This link does not bring you back");
	for (const link of (await apiOf(page).listInvitationLinks()).data)
		if (link.status === "open") await apiOf(page).revokeInvitationLink({ id: link.id });
	await guest.context().close();
	await late.context().close();
});

test("an admin sets the quota of one person: past it the 403 says the limit and who can raise it", async ({
	page,
	browser,
}) => {
	await signInByLink(page);
	const owner = (await apiOf(page).getProfile()).user.login;
	const ada = await openBrowser(browser);
	await signInByGithub(ada, "ada");
	await expect(ada).toHaveURL(/\/devboxes/);
	await page.goto("/settings/members");
	const row = page.getByRole("region", { name: "Members" }).getByRole("listitem").filter({ hasText: "ada" });
	const dialog = page.getByRole("dialog", { name: "Quota of ada" });
	const setQuota = async (quota: string) => {
		await row.getByRole("button", { name: "Actions for ada" }).click();
		await page.getByRole("menuitem", { name: "Change quota…" }).click();
		await dialog.getByLabel("Devboxes at most").fill(quota);
		await dialog.getByRole("button", { name: "Save quota" }).click();
	};
	for (const wrong of ["", "1.5", "-1", "1001"]) {
		await setQuota(wrong);
		await expect(dialog.getByRole("alert")).toHaveText("A whole number from 0 to 1000.");
		await dialog.getByRole("button", { name: "Cancel" }).click();
	}
	await setQuota("0");
	await expect(dialog).toHaveCount(0);
	await expect(row).toContainText("0 of 0 devboxes");

	await createByDialog(ada, "over-quota");
	const refusal = ada.getByRole("dialog", { name: "New devbox" }).getByRole("alert");
	await expect(refusal).toContainText("your limit is 0");
	await expect(refusal).toContainText(owner);
	await expect(apiOf(ada).createDevbox({ name: "over-quota" })).rejects.toMatchObject({
		status: 403,
		code: "quota_exceeded",
	});

	await setQuota("1");
	await expect(row).toContainText("0 of 1 devboxes");
	await ada.getByRole("dialog", { name: "New devbox" }).getByRole("button", { name: "Create devbox" }).click();
	await expect(ada).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(ada.url())?.[0] ?? "";
	await expect(apiOf(ada).createDevbox({ name: "second" })).rejects.toMatchObject({ status: 403 });

	await row.getByRole("button", { name: "Actions for ada" }).click();
	await page.getByRole("menuitem", { name: "Change quota…" }).click();
	await expect(dialog.getByLabel("Devboxes at most")).toHaveValue("1");
	await dialog.getByRole("button", { name: "Use the default" }).click();
	await expect(row).toContainText("of 10 devboxes");
	await destroyAll(apiOf(ada));
	await expect.poll(() => instancesOf(id).length, { timeout: 60_000 }).toBe(0);
	await ada.context().close();
});

test("an admin finds everybody's devboxes in one list, stops and destroys one, and cannot open it", async ({
	page,
	browser,
}) => {
	await signInByLink(page);
	const ada = await openBrowser(browser);
	await signInByGithub(ada, "ada");
	await expect(ada).toHaveURL(/\/devboxes/);
	const name = `hers-${Date.now() % 1_000_000}`;
	const id = await createReady(apiOf(ada), name);
	await ada.goto("/devboxes?show=all");
	await expect(ada.getByRole("link", { name, exact: true })).toBeVisible();
	await expect(ada.getByRole("button", { name: "All", exact: true })).toHaveCount(0);

	await page.goto("/devboxes");
	await page.getByRole("button", { name: "All", exact: true }).click();
	await expect(page).toHaveURL(/show=all/);
	const search = page.getByLabel("Search devboxes");
	await search.fill(`nothing-like-${name}`);
	await expect(page.getByText("No devbox matches these filters.")).toBeVisible();
	await search.fill(`${name} ada`);
	const row = page.getByRole("row").filter({ hasText: name });
	await expect(row).toContainText("Private");
	await expect(row).toContainText("Ready");
	await expect(row.getByRole("link")).toHaveCount(0);
	await expect(row.getByRole("button", { name: /terminal/i })).toHaveCount(0);

	await row.getByRole("button", { name: `Actions of ${name}` }).click();
	await page.getByRole("menuitem", { name: "Stop" }).click();
	await expect(row).toContainText("Stopped", { timeout: 60_000 });
	await row.getByRole("button", { name: `Actions of ${name}` }).click();
	await expect(page.getByRole("menuitem", { name: "Start" })).toHaveCount(0);
	await page.getByRole("menuitem", { name: "Destroy…" }).click();
	const dialog = page.getByRole("dialog", { name: `Destroy ${name}?` });
	const confirm = dialog.getByLabel(`Type ${name} to confirm`);
	if (await confirm.count()) await confirm.fill(name);
	await dialog.getByRole("button", { name: "Destroy devbox" }).click();
	await expect(row).toHaveCount(0);
	await expect.poll(() => instancesOf(id).length, { timeout: 60_000 }).toBe(0);
	await ada.context().close();
});

test("revoking another browser signs it out at once and closes its open terminal", async ({ page, browser }) => {
	await signInByLink(page);
	const api = apiOf(page);
	const id = await createReady(api, `revoked-${Date.now() % 1_000_000}`);
	const other = await openBrowser(browser, { userAgent: firefox });
	await signInByLink(other);
	const socket = other.waitForEvent("websocket", (opened) => opened.url().includes("/api/v1/terminal"));
	await new TerminalPage(other).open(id);
	const terminalSocket = await socket;

	await page.goto("/settings");
	const entries = page.getByRole("region", { name: "Signed-in browsers" }).getByRole("listitem");
	await expect(entries.filter({ hasText: "this one" })).toHaveCount(1);
	await expect(entries.filter({ hasText: "this one" }).getByRole("button")).toHaveCount(0);
	const entry = entries.filter({ hasText: "Firefox" });
	await expect(entry).toHaveCount(1);
	const closed = terminalSocket.waitForEvent("close", { timeout: 5_000 });
	await entry.getByRole("button", { name: "Revoke" }).click();
	await closed;
	await expect(entry).toHaveCount(0);
	await expect(other).toHaveURL(/\/sign-in/);
	expect((await other.request.get("/api/v1/users/me")).status()).toBe(401);
	// The box and the shell in it live on for their owner.
	expect((await api.listTerminals({ id })).data.map((known) => known.name)).toEqual(["main"]);
	await destroyAll(api);
	await other.context().close();
});
