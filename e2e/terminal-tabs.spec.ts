import { expect, type Page, test } from "@playwright/test";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

test.describe.configure({ mode: "serial" });

let page: Page;
let terminal: TerminalPage;
let id = "";

test.beforeAll(async ({ browser }) => {
	page = await (await browser.newContext()).newPage();
	terminal = new TerminalPage(page);
	await signInByLink(page);
	id = await createReady(apiOf(page), `tabs-${Date.now() % 1_000_000}`);
	await terminal.open(id);
});

test.afterAll(async () => {
	await destroyAll(apiOf(page));
	await page.context().close();
});

/** Its screen is in view and its shell is there: until then the one before it may still be seen. */
const opened = (name: string) => terminal.view.and(page.locator(`[data-terminal="${name}"][data-state="connected"]`));

const tab = (name: string) => page.getByRole("list", { name: "Terminals" }).getByRole("button", { name, exact: true });

test("several terminals of a box run side by side, each with its own shell, and a reload finds them all", async () => {
	await terminal.run("clear; echo shell-of-$$-main");
	await terminal.waitForText(/^shell-of-\d+-main$/m);
	await page.getByRole("button", { name: "New terminal" }).click();
	await expect(page).toHaveURL(/terminal=term-2/);
	await expect(opened("term-2")).toBeVisible();
	await terminal.waitForText(/[$#]\s*$/m);
	// It has the keys at once.
	await terminal.run("clear; echo shell-of-$$-second");
	await terminal.waitForText(/^shell-of-\d+-second$/m);
	expect(await terminal.text()).not.toContain("-main");

	await page.reload();
	await terminal.waitForText(/^shell-of-\d+-second$/m);
	await tab("main").click();
	await terminal.waitForText(/^shell-of-\d+-main$/m);
	await page.keyboard.type("typed-in-main");
	await terminal.waitForText(/typed-in-main$/m);
	await page.keyboard.press("Control+c");
	await expect(tab("term-2")).toBeVisible();
});

test("closing a tab asks, ends what runs in it, and shows the one beside it", async () => {
	await tab("term-2").click();
	await terminal.waitForText(/^shell-of-\d+-second$/m);
	await terminal.focus();
	await terminal.run("clear; sleep 12345");
	await terminal.waitForText(/^$/m);
	await page.getByRole("button", { name: "Close the terminal term-2" }).click();
	const dialog = page.getByRole("dialog", { name: "Close the terminal term-2?" });
	await dialog.getByRole("button", { name: "Keep it" }).click();
	await expect(tab("term-2")).toBeVisible();
	// A slow answer, so that the address changes well after the tab is gone: it must not be opened again meanwhile.
	await page.route(
		"**/terminals/term-2",
		async (route) => {
			const response = await route.fetch();
			await new Promise((resolve) => setTimeout(resolve, 1_000));
			await route.fulfill({ response });
		},
		{ times: 1 },
	);
	await page.getByRole("button", { name: "Close the terminal term-2" }).click();
	await dialog.getByRole("button", { name: "Close terminal" }).click();
	await expect(tab("term-2")).toHaveCount(0);
	await terminal.waitForText(/^shell-of-\d+-main$/m);
	expect((await apiOf(page).listTerminals({ id })).data.map((known) => known.name)).toEqual(["main"]);
	await terminal.focus();
	await terminal.run("clear; pgrep -f 'sleep 1234[5]' || echo no-'sleeper'");
	await terminal.waitForText(/^no-sleeper$/m);
	await page.reload();
	await terminal.waitForText(/^no-sleeper$/m);
	await expect(tab("term-2")).toHaveCount(0);
});

test("full screen has the keys, its dialogs in view, and a larger screen in the box", async () => {
	await terminal.focus();
	await terminal.run("clear; echo rows=$(tput lines)");
	await terminal.waitForText(/^rows=\d+$/m);
	const rowsOf = async () => Number(/^rows=(\d+)$/m.exec(await terminal.text())?.[1] ?? 0);
	const before = await rowsOf();
	await page.getByRole("button", { name: "Full screen" }).click();
	await expect(page.getByRole("button", { name: "Leave full screen" })).toBeVisible();
	await expect
		.poll(async () => {
			await terminal.run("clear; echo rows=$(tput lines)");
			await terminal.waitForText(/^rows=\d+$/m);
			return rowsOf();
		})
		.toBeGreaterThan(before);

	await page.getByRole("button", { name: "New terminal" }).click();
	await expect(opened("term-2")).toBeVisible();
	await terminal.waitForText(/[$#]\s*$/m);
	await page.getByRole("button", { name: "Close the terminal term-2" }).click();
	const close = page.getByRole("dialog", { name: "Close the terminal term-2?" });
	// Seen, and not only there: what lies outside the element in full screen is painted below it.
	await close.getByRole("button", { name: "Close terminal" }).click({ timeout: 5_000 });
	await expect(tab("term-2")).toHaveCount(0);
	await page.getByRole("button", { name: "Leave full screen" }).click();
	await expect(page.getByRole("button", { name: "Full screen" })).toBeVisible();
	await terminal.run("clear; echo back-'again'");
	await terminal.waitForText(/^back-again$/m);
});
