import { expect, type Page, test } from "@playwright/test";
import { webglChromium } from "./chromium.ts";
import { apiOf, createReady, destroyAll, signInByLink } from "./session.ts";
import { TerminalPage } from "./terminal-page.ts";

// Few pixels: the processor draws them all.
test.use({ launchOptions: webglChromium, viewport: { width: 800, height: 500 } });

/** How many pixels of the terminal, as it is painted, have exactly this colour. */
async function pixelsOf(page: Page, colour: readonly [number, number, number]): Promise<number> {
	const png = (await page.locator("[data-terminal]").screenshot()).toString("base64");
	return page.evaluate(
		async ({ png, colour }) => {
			const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
			const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
			const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
			if (!context) throw new Error("This browser has no canvas.");
			context.drawImage(image, 0, 0);
			const { data } = context.getImageData(0, 0, image.width, image.height);
			let count = 0;
			for (let at = 0; at < data.length; at += 4)
				if (colour.every((value, channel) => data[at + channel] === value)) count += 1;
			return count;
		},
		{ png, colour },
	);
}

/** Ten full blocks: text, drawn with the glyphs of the terminal, and of a colour that nothing else has. */
const blocks = (colour: readonly number[]) => `clear; printf '\\033[38;2;${colour.join(";")}m██████████\\033[0m\\n'`;

test("the terminal draws with WebGL, and goes on with the page's own renderer when the graphics are lost", async ({
	page,
}) => {
	await signInByLink(page);
	const api = apiOf(page);
	const id = await createReady(api, `webgl-${Date.now() % 1_000_000}`);
	const terminal = new TerminalPage(page);
	await page.goto(`/devboxes/${id}?tab=terminal`);
	await expect(page.getByRole("status", { name: "Connection: Connected" })).toBeVisible();
	const canvas = page.locator("[data-terminal] .xterm-screen canvas").last();
	await expect(canvas).toBeVisible();
	// The renderer of the page is not there: what is seen comes from WebGL.
	await expect(terminal.screen).toHaveCount(0);
	await terminal.focus();
	await expect(async () => {
		await terminal.run(blocks([201, 33, 97]));
		await expect.poll(() => pixelsOf(page, [201, 33, 97]), { timeout: 5_000 }).toBeGreaterThan(500);
	}).toPass();

	await canvas.evaluate((element: HTMLCanvasElement) => {
		const context = element.getContext("webgl2");
		if (!context) throw new Error("The canvas is not WebGL's.");
		context.getExtension("WEBGL_lose_context")?.loseContext();
	});
	// Three seconds are given to the graphics to come back.
	await expect(terminal.screen).toBeVisible();
	await terminal.waitForText(/█{10}/);
	expect(await pixelsOf(page, [201, 33, 97])).toBeGreaterThan(500);
	await expect(page.locator("[data-terminal] .xterm-screen canvas")).toHaveCount(0);
	await terminal.run(`${blocks([20, 150, 88])}; echo goes-'on'`);
	await terminal.waitForText(/^goes-on$/m);
	expect(await pixelsOf(page, [20, 150, 88])).toBeGreaterThan(500);
	await destroyAll(api);
});
