import { expect, test } from "@playwright/test";
import { instancesOf, operator } from "./install.ts";
import { TerminalPage } from "./terminal-page.ts";

const steps = [
	"Provision the machine",
	"Inject credentials",
	"Clone repositories",
	"Run setup commands",
	"Publish access",
];

test("a newcomer goes from the sign-in link to a shell in a real machine and destroys it, and the engine agrees", async ({
	page,
}) => {
	const link = operator("sign-in-link");
	await page.goto(link);
	// Opening the link spends nothing: a preview of it may come first.
	await page.goto(link);
	await page.getByRole("button", { name: "Sign in" }).click();
	await expect(page).toHaveURL(/\/devboxes$/);
	// The page is painted by the server before it listens.
	await expect(page.getByText("devboxes used")).toBeVisible();

	await page.getByRole("button", { name: "New devbox" }).first().click();
	const dialog = page.getByRole("dialog", { name: "New devbox" });
	await expect(dialog.getByLabel("Name", { exact: true })).not.toHaveValue("");
	await dialog.getByLabel("Name", { exact: true }).fill("newcomer");
	await dialog.getByRole("button", { name: "Create devbox" }).click();
	await expect(page).toHaveURL(/\/devboxes\/dbx_/);
	const id = /dbx_[a-z0-9]+/.exec(page.url())?.[0] ?? "";
	await page.goto(`/devboxes/${id}?tab=overview`);
	for (const step of steps)
		await expect(page.getByRole("listitem").filter({ hasText: step })).toContainText("Done", { timeout: 60_000 });
	await expect(page.locator("header").getByText("Ready", { exact: true }).first()).toBeVisible();
	expect(instancesOf(id)).toHaveLength(1);

	const terminal = new TerminalPage(page);
	await terminal.open(id);
	await terminal.run("uname -s; whoami; hostname; cat /proc/1/comm; sudo id -u");
	await terminal.waitForText(/Linux\s+devbox\s+newcomer\s+systemd\s+0\b/);

	await page.getByRole("button", { name: "More actions" }).click();
	await page.getByRole("menuitem", { name: /Destroy/ }).click();
	const confirm = page.getByRole("dialog", { name: "Destroy newcomer?" });
	await expect(confirm).toContainText("All of its files");
	await confirm.getByLabel("Type newcomer to confirm").fill("newcomer");
	await confirm.getByRole("button", { name: "Destroy devbox" }).click();
	await expect.poll(() => instancesOf(id).length, { timeout: 60_000 }).toBe(0);
	await page.goto("/devboxes");
	await expect(page.getByText("newcomer", { exact: true })).toHaveCount(0);

	// The link is spent.
	await page.context().clearCookies();
	await page.goto(link);
	await page.getByRole("button", { name: "Sign in" }).click();
	await expect(page.getByText("This link does not work any more")).toBeVisible();
});

test("a signed-out visitor reaches nothing but the sign-in page", async ({ page, request }) => {
	for (const path of ["/", "/devboxes", "/devboxes/dbx_0000000000000000", "/settings", "/settings/members", "/hosts"]) {
		await page.goto(path);
		await expect(page).toHaveURL(/\/sign-in/);
	}
	for (const path of ["/api/v1/devboxes", "/api/v1/users/me", "/api/v1/hosts", "/api/v1/events", "/api/v1/images"]) {
		expect((await request.get(path)).status()).toBe(401);
	}
});
