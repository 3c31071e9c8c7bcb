/** Boxes behind a filter, on a host of a test's own. Needs root and this machine's engine. */
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { FilterPolicy, HarmlessChange } from "../../lib/domain/filter-state.ts";
import { type Applied, applyState, ensureFilter, filterInstance } from "../../lib/egress/filter-control.ts";
import type { Engine } from "../../lib/engines/engine.ts";
import { openIncusEngine } from "../../lib/engines/incus/incus-engine.ts";
import { labelKeys } from "../../lib/engines/incus/instance-view.ts";
import { openRootApi } from "./root-api.ts";
import { openTestFencedHost } from "./test-fenced-host.ts";

export type TestFence<Box extends string> = {
	engine: Engine;
	/** The host's own address on the fence. */
	address: string;
	inFenceOf(place: number): string;
	placeOf(box: Box): number;
	/** As a worker's loop does it, which may make it anew; or a run, which may not. */
	startFilter(o?: { mayRenew: boolean }): Promise<void>;
	/** The filter that is there says of itself that it was made from another image. */
	outdateFilter(): Promise<void>;
	/** As the operator does it: by a start with other ranges of internal services. */
	openRanges(ranges: string): Promise<void>;
	/**
	 * Brings the policies in force, with some boxes' in place of what the test began with. Connections of boxes whose policy changes end,
	 * but for changes that are harmless.
	 */
	enforce(o?: { instead?: Partial<Record<Box, FilterPolicy>>; harmless?: HarmlessChange[] }): Promise<Applied>;
	/** As `enforce`, with a state that is older than any of its epoch; in another epoch than the usual one it is none of those. */
	enforceOld(epoch?: string): Promise<Applied>;
	inBox(box: Box, script: string): Promise<string>;
	inFilter(script: string): Promise<string>;
	/** What a page says, or curl's own words. */
	fetched(box: Box, url: string): Promise<string>;
	close(): Promise<void>;
};

type Boxes<Box extends string> = Record<Box, { place: number; policy: FilterPolicy }>;

export async function openTestFence<Box extends string>(o: {
	installId: string;
	boxes: Boxes<Box>;
	/** The name server that the filter asks. */
	resolver: string;
	memoryMib?: number;
}): Promise<TestFence<Box>> {
	const { installId, boxes } = o;
	const host = await openTestFencedHost(o);
	const { image } = host;
	const engine = openIncusEngine(host.restricted);
	const probe = await engine.probe({});
	const address = probe.fenceAddress ?? "";
	const inFenceOf = (place: number) => address.replace(/\.\d+$/, `.${place}`);
	let revision = Date.now();
	const names = Object.keys(boxes) as Box[];

	function stateOf(instead: Partial<Record<Box, FilterPolicy>>) {
		const policyOf = (box: Box) => instead[box] ?? boxes[box].policy;
		return {
			address: inFenceOf(2),
			resolvers: probe.fenceResolvers,
			policies: [...new Set(names.map(policyOf))],
			boxes: names.map((box) => ({ address: inFenceOf(boxes[box].place), policyId: policyOf(box).id })),
		};
	}
	const fence: TestFence<Box> = {
		engine,
		address,
		inFenceOf,
		placeOf: (box) => boxes[box].place,
		async startFilter({ mayRenew } = { mayRenew: true }) {
			await ensureFilter({ engine, installId, image, mayRenew });
		},
		async outdateFilter() {
			const root = openRootApi(host.root.endpoint.slice("unix://".length));
			const path = `/1.0/instances/${filterInstance}`;
			const json = { config: { [labelKeys.source]: "builtin:base@before" } };
			await root.inProject(host.root.project).request({ method: "PATCH", path, json });
			root.close();
		},
		async openRanges(ranges) {
			process.env.DEVBOX_INTERNAL_RANGES = ranges;
			await host.setUpAgain();
		},
		enforce({ instead = {}, harmless = [] } = {}) {
			revision += 1;
			return applyState({ engine, state: stateOf(instead), revision: `1.${revision}`, harmless });
		},
		enforceOld: (epoch = "1") => applyState({ engine, state: stateOf({}), revision: `${epoch}.1`, harmless: [] }),
		inBox: (box, script) => run(engine, `dbx-${box}`, script),
		inFilter: (script) => run(engine, filterInstance, script),
		fetched: (box, url) => fence.inBox(box, `curl -skS -m5 ${url} 2>&1`),
		async close() {
			await host.close();
			delete process.env.DEVBOX_INTERNAL_RANGES;
		},
	};

	async function makeBox(box: Box): Promise<void> {
		const name = `dbx-${box}`;
		await engine.create({
			name,
			labels: { installId, devboxId: name.replace("-", "_") },
			source: { kind: "image", image },
			limits: { vcpus: 1, memoryMib: o.memoryMib ?? 1024, diskGib: 4 },
			network: { kind: "fenced", place: boxes[box].place },
		});
		await engine.start({ name });
		await until(async () => (await engine.inspect({ name })).ipv4 !== null);
		await until(async () => (await fence.inBox(box, "cat /run/resolv.conf")) !== "");
	}
	await fence.startFilter();
	await fence.enforce();
	await Promise.all(names.map(makeBox));
	return fence;
}

async function run(engine: Engine, name: string, script: string): Promise<string> {
	const env = { PATH: "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" };
	const stream = await engine.exec({ name, command: ["bash", "-c", script], env });
	stream.stdio.end();
	stream.stderr.resume();
	const output = await text(stream.stdio);
	await stream.exit;
	return output.trimEnd();
}

export async function until(condition: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
	const endsAt = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > endsAt) throw new Error(`not within ${timeoutMs} ms: ${condition}`);
		await delay(100);
	}
}
