/** Signing in as a person does, and the SDK with that person's cookie. */
import { type APIRequestContext, expect, type Page } from "@playwright/test";
import { createDevboxClient, type DevboxApi } from "../sdk/src/index.ts";
import { install, operator } from "./install.ts";

/** Opens a fresh sign-in link as an operator would hand it out, and confirms. */
export async function signInByLink(page: Page): Promise<void> {
	await page.goto(operator("sign-in-link"));
	await page.getByRole("button", { name: "Sign in" }).click();
	await expect(page).toHaveURL(/\/devboxes$/);
}

/** Through the GitHub stand-in, as one of its people or as anybody else. */
export async function signInByGithub(page: Page, login: string): Promise<void> {
	await page.goto("/sign-in");
	await page.getByRole("button", { name: /^Continue with/ }).click();
	await page.getByLabel("Another login").fill(login);
	await page.getByRole("button", { name: "Continue", exact: true }).click();
}

/** The SDK over the browser's own cookies. */
export function apiOf(page: Page): DevboxApi {
	return createDevboxClient({ baseUrl: install.url, fetch: fetchOf(page.context().request) });
}

function fetchOf(request: APIRequestContext): typeof fetch {
	return async (input, init) => {
		const answer = await request.fetch(String(input), {
			method: init?.method ?? "GET",
			headers: { ...Object.fromEntries(new Headers(init?.headers)), origin: install.url },
			data: typeof init?.body === "string" ? init.body : undefined,
		});
		const body = await answer.body();
		return new Response(answer.status() === 204 ? null : new Uint8Array(body), {
			status: answer.status(),
			headers: answer.headers(),
		});
	};
}

/** Waits until the API says that the box is in the state; a failed box ends the wait with its reason. */
export async function waitForState(api: DevboxApi, id: string, state: string, timeoutMs = 120_000): Promise<void> {
	await expect
		.poll(
			async () => {
				const box = await api.getDevbox({ id });
				return box.state === "failed" && state !== "failed" ? `failed: ${box.reason}` : box.state;
			},
			{ timeout: timeoutMs, intervals: [100, 200, 500] },
		)
		.toBe(state);
}

/** A ready box of the signed-in person. */
export async function createReady(api: DevboxApi, name: string): Promise<string> {
	const box = await api.createDevbox({ name });
	await waitForState(api, box.id, "ready");
	return box.id;
}

/** Destroys all boxes of the signed-in person, so that the next spec starts with none. */
export async function destroyAll(api: DevboxApi): Promise<void> {
	for (const box of await api.listDevboxes()) await api.deleteDevbox({ id: box.id });
}
