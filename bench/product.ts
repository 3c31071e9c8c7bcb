/** The running product that is measured: found as every command finds it, signed in by a sign-in link as its owner. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Engine } from "../lib/engines/engine.ts";
import { openEngine } from "../lib/engines/registry.ts";
import { Compute, createDevboxClient, type DevboxApi, subscribeToEvents } from "../sdk/src/index.ts";

const root = path.resolve(import.meta.dirname, "..");

export type Product = {
	url: string;
	dataDir: string;
	installId: string;
	cookie: string;
	api: DevboxApi;
	/** With a token of the owner's, as a program has it. */
	compute: Compute;
	token: string;
	/** The engine itself, over its root socket: what the product is compared with. */
	engine: Engine;
	request(path: string, init?: RequestInit): Promise<Response>;
	/** With the owner's cookie. */
	fetch: typeof fetch;
	/** Takes the token back. */
	close(): Promise<void>;
};

export async function openProduct(): Promise<Product> {
	const { dataDir, installId } = findInstall();
	const link = execFileSync("npm", ["run", "--silent", "sign-in-link"], {
		cwd: root,
		encoding: "utf8",
		env: { ...process.env, DEVBOX_DATA: dataDir },
	}).trim();
	const url = new URL(link).origin;
	const cookie = await signIn(link);
	const request = (where: string, init: RequestInit = {}) =>
		fetch(`${url}${where}`, { ...init, headers: { cookie, origin: url, ...init.headers } });
	const withCookie: typeof fetch = (input, init) =>
		fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), cookie, origin: url } });
	const api = createDevboxClient({ baseUrl: url, fetch: withCookie });
	const token = await api.createApiToken({ name: "benchmark", expires_in_days: 1 });
	return {
		url,
		dataDir,
		installId,
		cookie,
		request,
		fetch: withCookie,
		api,
		compute: new Compute({ baseUrl: url, apiKey: token.token }),
		token: token.token,
		close: () => api.revokeApiToken({ id: token.id }),
		engine: openEngine({
			id: "host_bench",
			engine: "incus",
			endpoint: engineSocket(),
			installId,
			project: `devbox-${installId}`,
			profile: "box",
			pool: `devbox-${installId}`,
		}),
	};
}

function findInstall(): { dataDir: string; installId: string } {
	const pointer = path.join(root, ".devbox/install.json");
	const dataDir =
		process.env.DEVBOX_DATA ?? (existsSync(pointer) ? JSON.parse(readFileSync(pointer, "utf8")).dataDir : null);
	if (!dataDir) throw new Error("No install was found. Run `npm start` in another terminal first.");
	const { installId } = JSON.parse(readFileSync(path.join(dataDir, "install.json"), "utf8"));
	return { dataDir, installId };
}

function engineSocket(): string {
	const socket = [
		"/var/lib/incus/unix.socket",
		"/var/lib/lxd/unix.socket",
		"/var/snap/lxd/common/lxd/unix.socket",
	].find((file) => existsSync(file));
	if (!socket) throw new Error("No engine socket was found on this machine.");
	return `unix://${socket}`;
}

/** Spends the link as the confirm button does; answers the Cookie header of the new session. */
async function signIn(link: string): Promise<string> {
	const { origin, searchParams } = new URL(link);
	const begun = await fetch(`${origin}/api/auth/csrf`);
	const { csrfToken } = (await begun.json()) as { csrfToken: string };
	const cookies = cookiesOf(begun);
	const response = await fetch(`${origin}/api/auth/callback/sign-in-link`, {
		method: "POST",
		redirect: "manual",
		headers: { "content-type": "application/x-www-form-urlencoded", cookie: cookies, origin },
		body: new URLSearchParams({
			csrfToken,
			token: searchParams.get("token") ?? "",
			callbackUrl: `${origin}/devboxes`,
			json: "true",
		}),
	});
	const session = cookiesOf(response);
	if (!session.includes("devbox_session")) throw new Error(`The sign-in link was not taken: HTTP ${response.status}`);
	return session;
}

function cookiesOf(response: Response): string {
	return response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ");
}

/** Follows the live events, as the dashboard does: no poll takes time from what is measured. */
export async function waitForState(product: Product, id: string, state: string, timeoutMs = 60_000): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const check = (box: { state: string; name: string; reason: string | null }) => {
		if (box.state === state) resolve();
		else if (box.state === "failed") reject(new Error(`${box.name} failed: ${box.reason}`));
	};
	const stop = subscribeToEvents({
		baseUrl: product.url,
		fetch: product.fetch,
		onEvent: (event) => {
			if (event.type === "devbox" && event.devbox.id === id) check(event.devbox);
			if (event.type === "resync") product.api.getDevbox({ id }).then(check, reject);
		},
	});
	const timer = setTimeout(
		() => reject(new Error(`The devbox ${id} was not ${state} within ${timeoutMs} ms`)),
		timeoutMs,
	);
	try {
		await promise;
	} finally {
		clearTimeout(timer);
		stop();
	}
}
