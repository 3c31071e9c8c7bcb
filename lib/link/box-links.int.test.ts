import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { BoxLinks } from "../domain/box-link.ts";
import { AppError } from "../domain/errors.ts";
import { createBoxLinks } from "./box-links.ts";
import { startTestBox, type TestBox } from "./testing/test-box.ts";

let box: TestBox;
let links: BoxLinks | null = null;
const timeoutMs = 20_000;

beforeAll(async () => {
	box = await startTestBox();
});

afterEach(async () => {
	await links?.close();
	links = null;
});

afterAll(async () => {
	await box?.close();
});

function newLinks(o: { idleMs?: number } = {}): BoxLinks {
	links = createBoxLinks({ engine: box.engine, ...o });
	return links;
}

const asUser = () => ({ instance: box.instance, user: "devbox" as const });

test("callers at the same time share one opening, and each user has a link of its own", async () => {
	const pool = newLinks();
	const before = box.opened;
	const [first, second, root] = await Promise.all([
		pool.get(asUser()),
		pool.get(asUser()),
		pool.get({ instance: box.instance, user: "root" }),
	]);
	expect(first).toBe(second);
	expect(root).not.toBe(first);
	expect(box.opened - before).toBe(2);
});

test("a link that was lost is opened again by the next get", async () => {
	const pool = newLinks();
	const first = await pool.get(asUser());
	box.breakStreams();
	await first.closed;
	const second = await pool.get(asUser());
	expect(second).not.toBe(first);
	expect((await second.run({ command: "echo back", timeoutMs })).stdout).toBe("back\n");
});

test("one caller's cancellation does not end the opening that another waits for", async () => {
	const pool = newLinks();
	const abort = new AbortController();
	const cancelled = pool.get({ ...asUser(), signal: abort.signal });
	const kept = pool.get(asUser());
	abort.abort();
	await expect(cancelled).rejects.toBeInstanceOf(AppError);
	expect((await kept).isOpen).toBe(true);
});

test("drop ends open links and those that are being opened, and leaves no process", async () => {
	const pool = newLinks();
	const open = await pool.get(asUser());
	const opening = pool.get({ instance: box.instance, user: "root" });
	pool.drop(box.instance);
	await expect(opening).rejects.toBeInstanceOf(AppError);
	await open.closed;
	await expect.poll(() => box.running, { timeout: timeoutMs }).toBe(0);
	expect((await pool.get(asUser())).isOpen).toBe(true);
});

test("links without a channel are let go after a while, those with one are kept", async () => {
	const pool = newLinks({ idleMs: 300 });
	const link = await pool.get(asUser());
	const channel = await link.open({ command: "cat" });
	await link.run({ command: "sleep 1", timeoutMs });
	expect(link.isOpen).toBe(true);
	channel.close();
	await link.closed;
	expect(link.isOpen).toBe(false);
});

test("a closed pool opens nothing", async () => {
	const pool = newLinks();
	await pool.get(asUser());
	await pool.close();
	await expect.poll(() => box.running, { timeout: timeoutMs }).toBe(0);
	await expect(pool.get(asUser())).rejects.toMatchObject({ code: "unavailable" });
});
