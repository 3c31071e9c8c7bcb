import { type BrowserContext, expect, test } from "@playwright/test";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

/** The key and what a program in the box gets for it, as `cat -v` shows it. */
const keys = [
	["Control+w", "^W"],
	["Control+v", "^V"],
	["Control+Space", "^@"],
	["Alt+b", "^[b"],
	["Alt+Enter", "^[^M"],
	["Alt+ArrowLeft", "^[[1;3D"],
	["Control+ArrowRight", "^[[1;5C"],
	["Alt+Backspace", "^[^?"],
	["Shift+Tab", "^[[Z"],
	["F5", "^[[15~"],
	["Shift+Enter", "^[[13;2u"],
	["Enter", "^M"],
	["Escape", "^["],
] as const;

test.describe.configure({ mode: "serial" });

let context: BrowserContext;
let terminal: TerminalPage;

test.beforeAll(async ({ browser }) => {
	context = await browser.newContext();
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	const page = await context.newPage();
	terminal = new TerminalPage(page);
	await signInByLink(page);
	await terminal.open(await createReady(apiOf(page), `keys-${Date.now() % 1_000_000}`));
});

test.afterAll(async () => {
	await destroyAll(apiOf(terminal.page));
	await context.close();
});

async function copyOutside(text: string): Promise<void> {
	await terminal.page.evaluate((value) => navigator.clipboard.writeText(value), text);
	await terminal.focus();
}

test("Ctrl-W, Alt, function keys and Shift+Enter reach the program as a native terminal sends them", async () => {
	const { page } = terminal;
	await terminal.startReader();
	for (const [key] of keys) {
		await page.keyboard.type(` ${key}=`);
		await page.keyboard.press(key);
	}
	const flat = async () => (await terminal.text()).replaceAll("\n", "");
	await expect.poll(flat).toContain(keys.map(([key, bytes]) => ` ${key}=${bytes}`).join(""));
	await terminal.stopReader();
});

test("a shell takes Shift+Enter for Enter, Ctrl-W for its last word and Alt+B for a word back", async () => {
	const { page } = terminal;
	await page.keyboard.type("echo by-shift-enter");
	await page.keyboard.press("Shift+Enter");
	await terminal.waitForText(/^by-shift-enter$/m);
	await page.keyboard.type("echo keeps loses");
	await page.keyboard.press("Control+w");
	await page.keyboard.type("end");
	await page.keyboard.press("Alt+b");
	await page.keyboard.type("the ");
	await page.keyboard.press("Enter");
	await terminal.waitForText(/^keeps the end$/m);
});

test("a paste arrives in brackets and whole, many lines ask once, and what would end the brackets early is left out", async () => {
	const { page } = terminal;
	await terminal.startReader("\\033[?2004h");
	await copyOutside("one line");
	await page.keyboard.press("Control+Shift+V");
	await terminal.waitForText(/\^\[\[200~one line\^\[\[201~/);

	await copyOutside("first\nsecond \u001b[201~; reboot");
	await page.keyboard.press("Shift+Insert");
	const dialog = page.getByRole("dialog", { name: "Paste 2 lines?" });
	await expect(dialog).toContainText("first");
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await expect(dialog).toBeHidden();
	await terminal.focus();
	await page.keyboard.press("Shift+Insert");
	// The button has the focus.
	await expect(dialog.getByRole("button", { name: "Paste", exact: true })).toBeFocused();
	await page.keyboard.press("Enter");
	await terminal.waitForText(/\^\[\[200~first\^Msecond \[201~; reboot\^\[\[201~/);
	expect((await terminal.text()).match(/first/g)).toHaveLength(1);

	await copyOutside("third\nfourth");
	await page.keyboard.press("Shift+Insert");
	await terminal.waitForText(/\^\[\[200~third\^Mfourth\^\[\[201~/);
	await terminal.stopReader("\\033[?2004l");
});

test("a program that asks for the mouse gets clicks and the wheel, and gives both back", async () => {
	const { page } = terminal;
	await terminal.startReader("\\033[?1000h\\033[?1006h");
	const row = terminal.screen.locator("> div").filter({ hasText: "reading" });
	const box = await row.boundingBox();
	if (!box) throw new Error("The screen has no such row.");
	await expect(async () => {
		await page.mouse.click(box.x + 2, box.y + box.height / 2);
		expect(await terminal.text()).toMatch(/\^\[\[<0;1;1M\^\[\[<0;1;1m/);
	}).toPass();
	await page.mouse.wheel(0, -100);
	await terminal.waitForText(/\^\[\[<64;1;1M/);
	await terminal.stopReader("\\033[?1000l\\033[?1006l");
	await terminal.run("clear; echo selectable");
	await terminal.waitForText(/^selectable$/m);
	await page.mouse.dblclick(box.x + 20, box.y + box.height / 2);
	await page.keyboard.press("Control+Shift+C");
	await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe("selectable");
});
