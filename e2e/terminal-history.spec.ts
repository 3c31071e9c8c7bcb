import { type BrowserContext, expect, test } from "@playwright/test";
import { install } from "./install.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

test.describe.configure({ mode: "serial" });

let context: BrowserContext;
let terminal: TerminalPage;

test.beforeAll(async ({ browser }) => {
	context = await browser.newContext();
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	const page = await context.newPage();
	terminal = new TerminalPage(page);
	await signInByLink(page);
	await terminal.open(await createReady(apiOf(page), `history-${Date.now() % 1_000_000}`));
});

test.afterAll(async () => {
	await destroyAll(apiOf(terminal.page));
	await context.close();
});

/** The numbers that stand alone on their lines, in order. */
async function numbersShown(): Promise<number[]> {
	return [...(await terminal.text()).matchAll(/^(\d+)$/gm)].map((match) => Number(match[1]));
}

async function expectWholeRun(): Promise<void> {
	const shown = await numbersShown();
	expect(shown.length).toBeGreaterThan(20);
	expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) + index));
}

test("the wheel and Shift+PageUp go back through every line of a burst, with no gaps", async () => {
	const { page } = terminal;
	await terminal.run('clear; seq 1 2000; echo printed-"all"');
	await terminal.waitForText(/^printed-all$/m);
	const first = (await numbersShown())[0] ?? 0;
	await terminal.view.hover();
	await expect(async () => {
		await page.mouse.wheel(0, -300);
		const shown = await numbersShown();
		expect(shown.length).toBeGreaterThan(20);
		expect(shown[0]).toBeLessThan(first - 100);
	}).toPass({ intervals: [20] });
	// The history is drawn as it comes.
	await expect(expectWholeRun).toPass();
	const above = (await numbersShown())[0] ?? 0;
	await expect(async () => {
		await page.keyboard.press("Shift+PageUp");
		await expect.poll(async () => (await numbersShown())[0], { timeout: 2_000 }).toBeLessThan(above);
	}).toPass();
	await expect(expectWholeRun).toPass();
	// A key goes down to the shell, which is the same one.
	await terminal.run("clear; echo still-$((40+2))");
	await terminal.waitForText(/^still-42$/m);
});

test("search finds what tmux keeps, also what this page has never drawn, and after a reload", async () => {
	const { page } = terminal;
	const search = async () => {
		await terminal.focus();
		await page.keyboard.press("Control+Shift+F");
		await page.getByLabel("Search in the terminal").fill("needle-in-the-burst");
		await expect(page.getByRole("search").getByRole("status")).toHaveText("1/1");
		await terminal.waitForText(/^needle-in-the-burst$/m);
		await page.keyboard.press("Escape");
		await expect(page.getByRole("search")).toBeHidden();
	};
	await terminal.run(`clear; (seq 1 400; echo needle-in-'the'-burst; seq 1 400) > /tmp/hay; cat /tmp/hay; echo do''ne`);
	await terminal.waitForText(/^done$/m);
	await search();
	await page.reload();
	await terminal.waitForText(/^done$/m);
	await search();
});

test("programs write the clipboard only once their user allows it, and read the user's never", async () => {
	const { page } = terminal;
	const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
	const copy = async (text: string) => {
		await terminal.focus();
		await terminal.run(
			`clear; printf '\\033]52;c;%s\\007' $(printf ${text} | base64); printf '\\033Ptmux;\\033\\033]52;c;%s\\007\\033\\\\' $(printf ${text} | base64); echo asked-'for'-${text}`,
		);
		await terminal.waitForText(new RegExp(`^asked-for-${text}`, "m"));
	};
	await page.evaluate(() => navigator.clipboard.writeText("my-own-secret"));
	await copy("unasked");
	expect(await clipboard()).toBe("my-own-secret");
	await terminal.startReader("\\033]52;c;?\\007\\033Ptmux;\\033\\033]52;c;?\\007\\033\\\\");
	await page.keyboard.type("nothing-read");
	await terminal.waitForText(/nothing-read/);
	expect(await terminal.text()).not.toContain(Buffer.from("my-own-secret").toString("base64").slice(0, 12));
	await terminal.stopReader();

	await page.getByRole("button", { name: "Terminal settings" }).click();
	await page.getByRole("menuitemcheckbox", { name: "Programs may copy" }).click();
	await page.keyboard.press("Escape");
	await terminal.run("clear; printf '\\033]52;c;%s\\007' $(printf allowed | base64)");
	await expect.poll(clipboard).toBe("allowed");
	await expect(page.getByText("A program in the terminal copied 7 characters.").first()).toBeVisible();
});

test("links lead to the web alone, in a tab that knows nothing of this one", async () => {
	const { page } = terminal;
	const target = `${install.url}/healthz`;
	// tmux 3.3 drops OSC 8 and hands on what is wrapped for it, before the text that it still holds: hence the pauses.
	const hyperlink = (url: string) => `printf '\\033Ptmux;\\033\\033]8;;${url}\\007\\033\\\\'; sleep 0.3`;
	await terminal.run(
		`clear; ${hyperlink(target)}; printf hidden-link; sleep 0.3; ${hyperlink("javascript:alert(1)")}; printf script-link; sleep 0.3; ${hyperlink("")}; echo " ${target}?plain"; echo all-'there'`,
	);
	await terminal.waitForText(/^all-there$/m);
	const row = await terminal.screen
		.locator("> div")
		.filter({ hasText: /^hidden-linkscript-link/ })
		.boundingBox();
	if (!row) throw new Error("The line with the links is not on the screen.");
	const cell = await terminal.screen.evaluate((rows) => {
		const span = [...rows.querySelectorAll("span")].find((element) => element.textContent === "all-there");
		return (span?.getBoundingClientRect().width ?? 0) / "all-there".length;
	});
	const clickColumn = async (column: number) => {
		const at = { x: row.x + (column + 0.5) * cell, y: row.y + row.height / 2 };
		await page.mouse.move(at.x - cell, at.y);
		await page.mouse.move(at.x, at.y);
		await page.mouse.click(at.x, at.y);
	};
	const opened: string[] = [];
	context.on("page", (popup) => opened.push(popup.url()));
	await clickColumn("hidden-link".length + 4);
	for (const [column, url] of [
		[4, target],
		["hidden-linkscript-link ".length + 4, `${target}?plain`],
	] as const) {
		const popup = context.waitForEvent("page");
		await clickColumn(column);
		const tab = await popup;
		await tab.waitForURL(url);
		expect(await tab.evaluate(() => window.opener)).toBeNull();
		await tab.close();
	}
	expect(opened).toHaveLength(2);
});
