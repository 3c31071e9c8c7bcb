/** The browser terminal as its user sees it: keys in, the text of the screen out. */
import { expect, type Locator, type Page } from "@playwright/test";

export class TerminalPage {
	readonly page: Page;
	/** The terminal in view; a page may have others open behind it. */
	readonly view: Locator;
	readonly screen: Locator;

	constructor(page: Page) {
		this.page = page;
		this.view = page.locator("[data-terminal]").filter({ visible: true });
		this.screen = this.view.locator(".xterm-rows");
	}

	async open(devboxId: string): Promise<void> {
		await this.page.goto(`/devboxes/${devboxId}?tab=terminal`);
		await this.waitForText(/[$#]\s*$/m);
		await this.focus();
	}

	async focus(): Promise<void> {
		await this.view.locator(".xterm-helper-textarea").focus();
	}

	/** Types a line and presses Enter. */
	async run(line: string): Promise<void> {
		await this.page.keyboard.insertText(line);
		await this.page.keyboard.press("Enter");
	}

	/** Starts a program that shows every byte it gets, as `cat -v` writes it; `prepare` is printed before, with `\\033` for ESC. */
	async startReader(prepare = ""): Promise<void> {
		await this.run(`clear; stty -icanon -icrnl -ixon -echo; printf '${prepare}read''ing\\n'; cat -v`);
		await this.waitForText(/^reading$/m);
	}

	async stopReader(reset = ""): Promise<void> {
		await this.page.keyboard.press("Control+c");
		await this.waitForText(/[$#]\s*$/m);
		await this.run(`stty sane; printf '${reset}'; clear`);
	}

	async text(): Promise<string> {
		const rows = await this.screen.evaluate((element) => Array.from(element.children, (row) => row.textContent ?? ""));
		return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
	}

	async waitForText(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
		await expect.poll(() => this.text(), { timeout: timeoutMs, intervals: [50, 100, 250] }).toMatch(pattern);
	}
}
