/** The browser terminal as its user sees it: keys in, the text of the screen out. */
import { expect, type Locator, type Page } from "@playwright/test";

export class TerminalPage {
	readonly page: Page;
	readonly screen: Locator;

	constructor(page: Page) {
		this.page = page;
		this.screen = page.locator(".xterm-rows").first();
	}

	async open(devboxId: string): Promise<void> {
		await this.page.goto(`/devboxes/${devboxId}?tab=terminal`);
		await this.waitForText(/[$#]\s*$/m);
		await this.focus();
	}

	async focus(): Promise<void> {
		await this.page.locator(".xterm-helper-textarea").first().focus();
	}

	/** Types a line and presses Enter. */
	async run(line: string): Promise<void> {
		await this.page.keyboard.insertText(line);
		await this.page.keyboard.press("Enter");
	}

	async text(): Promise<string> {
		const rows = await this.screen.evaluate((element) => Array.from(element.children, (row) => row.textContent ?? ""));
		return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
	}

	async waitForText(pattern: RegExp, timeoutMs = 30_000): Promise<void> {
		await expect.poll(() => this.text(), { timeout: timeoutMs, intervals: [50, 100, 250] }).toMatch(pattern);
	}
}
