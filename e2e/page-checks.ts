/** What every page must hold, in each of its looks. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

export const narrow = { width: 360, height: 740 };

/** Every rule of axe holds; `rules` looks at these alone. A terminal's screen is its program's. */
export async function expectAccessible(page: Page, what = page.url(), rules?: string[]): Promise<void> {
	const axe = new AxeBuilder({ page })
		.exclude(".xterm")
		.options({ resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
	// Without frames of other origins to look into, a second page to put the results together only costs time: a third of it is left.
	const { violations } = await axe.setLegacyMode(true).analyze();
	expect(
		violations.map(({ id, nodes }) => `${what}: ${id} ${nodes.map((node) => node.target.join(" ")).join(", ")}`),
	).toEqual([]);
}

export async function expectNoSidewaysScroll(page: Page, what = page.url()): Promise<void> {
	const overflow = await page.evaluate(
		() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
	);
	expect(overflow, `${what} scrolls sideways by ${overflow} px`).toBeLessThanOrEqual(0);
}

/** The page as it stands: in light, in dark, and at 360 px. Of all rules only contrast depends on the colours. */
export async function expectWellMade(page: Page, what = page.url()): Promise<void> {
	await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
	await expectAccessible(page, `${what}, light`);
	await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
	await expectAccessible(page, `${what}, dark`, ["color-contrast"]);
	const size = page.viewportSize();
	await page.setViewportSize(narrow);
	await expectNoSidewaysScroll(page, `${what}, 360 px`);
	if (size) await page.setViewportSize(size);
}
