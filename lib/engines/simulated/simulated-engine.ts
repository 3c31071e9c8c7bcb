/**
 * Engine `simulated`: boxes that are entries in a table. A first-class engine for fault injection and scale tests: it keeps the
 * contract of the real ones, and its machine (`machine`, see there) can be slowed down, broken and mended.
 */
import { type Engine, EngineError, type ExecStream, type HostProbe, type InstanceView } from "../engine.ts";
import type { HostConnection } from "../registry.ts";
import { type SimulatedMachine, simulatedMachine } from "./simulated-machine.ts";
import { answeringProcess, echoProcess } from "./simulated-process.ts";
import type { SimulatedInstance, SimulatedState } from "./simulated-store.ts";

export type SimulatedEngine = Engine & { readonly machine: SimulatedMachine };

const probe: HostProbe = {
	engineName: "simulated",
	engineVersion: "1",
	vcpus: 16,
	memoryTotalMib: 1024 * 1024,
	memoryAvailableMib: 1000 * 1024,
	poolTotalGib: 100_000,
	poolUsedGib: 1,
	instancesMax: 100_000,
	fenceAddress: null,
	fenceResolvers: [],
	internalRanges: [],
};

/** Throws `invalid` for an endpoint that does not start with `simulated:`. */
export function openSimulatedEngine(host: HostConnection): SimulatedEngine {
	const machine = simulatedMachine(host.endpoint);
	return {
		machine,
		capabilities: {
			copyOnWrite: true,
			freeze: true,
			snapshots: true,
			diskLimits: true,
			isolatedIds: true,
			nesting: true,
		},
		probe: (o) => machine.perform("probe", o.signal, () => ({ ...probe })),
		create: (o) => machine.perform("create", o.signal, (state) => create(state, o)),
		setNetwork: (o) =>
			machine.perform("setNetwork", o.signal, (state) => {
				require(state, o.name);
				if (o.network.kind !== "open") throw new EngineError("invalid", "This engine enforces no network policy");
			}),
		start: (o) => machine.perform("start", o.signal, (state) => start(state, o.name)),
		stop: (o) => machine.perform("stop", o.signal, (state) => stop(state, o.name)),
		freeze: (o) => machine.perform("freeze", o.signal, (state) => change(state, o.name, "running", "frozen")),
		thaw: (o) => machine.perform("thaw", o.signal, (state) => change(state, o.name, "frozen", "running")),
		inspect: (o) => machine.perform("inspect", o.signal, (state) => viewOf(require(state, o.name), o)),
		list: (o) =>
			machine.perform("list", o.signal, (state) =>
				Object.values(state.instances)
					.filter((instance) => instance.labels.installId === host.installId)
					.map((instance) => viewOf(instance, { usage: o.usage ?? false, console: false })),
			),
		snapshot: (o) =>
			machine.perform("snapshot", o.signal, (state) => {
				const { snapshots } = require(state, o.name);
				if (!snapshots.includes(o.snapshot)) snapshots.push(o.snapshot);
			}),
		destroy: async (o) => {
			await machine.settle();
			await machine.perform("destroy", o.signal, (state) => {
				delete state.instances[o.name];
			});
		},
		exec: (o) => exec(machine, o),
		importImage: async (o) => {
			const wasThere = await machine.perform("importImage", o.signal, (state) => {
				if (hasImage(state, o.image)) return true;
				state.images.push(o.image);
				return false;
			});
			o.onProgress?.(1, wasThere ? "present" : "ready");
		},
	};
}

function require(state: SimulatedState, name: string): SimulatedInstance {
	const instance = state.instances[name];
	if (!instance) throw new EngineError("not_found", `There is no instance ${name} on this host`);
	return instance;
}

function hasImage(state: SimulatedState, image: string): boolean {
	return state.images.includes(image) || (state.images.includes("*") && !image.startsWith("no-such:"));
}

function create(state: SimulatedState, o: Parameters<Engine["create"]>[0]): void {
	const existing = state.instances[o.name];
	if (existing) {
		const { installId, devboxId } = existing.labels;
		if (installId === o.labels.installId && devboxId === o.labels.devboxId) return;
		throw new EngineError("conflict", `An instance ${o.name} that is not this box exists on the host`);
	}
	if (o.source.kind === "image") {
		if (!hasImage(state, o.source.image))
			throw new EngineError("not_found", `The image ${o.source.image} is not on this host`);
	} else {
		const source = require(state, o.source.instance);
		if (o.source.kind === "snapshot" && !source.snapshots.includes(o.source.snapshot)) {
			throw new EngineError("not_found", `${o.source.instance} has no snapshot ${o.source.snapshot}`);
		}
	}
	state.instances[o.name] = {
		name: o.name,
		labels: { ...o.labels },
		madeFrom: o.source.kind === "image" ? o.source.image : null,
		limits: { ...o.limits },
		status: "stopped",
		createdAt: new Date().toISOString(),
		boots: 0,
		startedAt: null,
		snapshots: [],
		console: "",
	};
}

function start(state: SimulatedState, name: string): void {
	const instance = require(state, name);
	if (instance.status === "frozen") instance.status = "running";
	if (instance.status === "running") return;
	instance.boots += 1;
	if (state.deathsAtBoot > 0) {
		state.deathsAtBoot -= 1;
		// As a real engine does: the start is a success, and the box is off a moment later.
		instance.console += "Failed to create inotify object: Too many open files\r\nFreezing execution.\r\n";
		return;
	}
	instance.status = "running";
	instance.lastStop = undefined;
	instance.startedAt = new Date().toISOString();
	instance.console += "systemd running in system mode\r\nReached target multi-user.target\r\n";
}

function stop(state: SimulatedState, name: string): void {
	require(state, name).status = "stopped";
}

function change(state: SimulatedState, name: string, from: "running" | "frozen", to: "running" | "frozen"): void {
	const instance = require(state, name);
	if (instance.status === to) return;
	if (instance.status !== from) throw new EngineError("invalid", `${name} is ${instance.status}`);
	instance.status = to;
}

function viewOf(instance: SimulatedInstance, o: { usage?: boolean; console?: boolean }): InstanceView {
	const isAlive = instance.status === "running" || instance.status === "frozen";
	const uptimeMs = instance.startedAt ? Date.now() - Date.parse(instance.startedAt) : 0;
	return {
		name: instance.name,
		status: instance.status,
		labels: { ...instance.labels },
		madeFrom: instance.madeFrom,
		ipv4: isAlive ? "192.0.2.1" : null,
		limits: { ...instance.limits },
		usage:
			o.usage && isAlive
				? {
						cpuNs: 1_000_000 * (uptimeMs + 1),
						memoryBytes: 64 * 1024 ** 2,
						diskBytes: 8 * 1024 ** 2,
						networkRxBytes: 0,
						networkTxBytes: 0,
						processes: 12,
					}
				: null,
		createdAt: new Date(instance.createdAt),
		isFenced: false,
		lastStop: isAlive ? undefined : instance.lastStop,
		boot: isAlive ? `boot:${instance.boots}` : null,
		console: o.console ? instance.console.slice(-16 * 1024) : null,
	};
}

/** As Incus and LXD tell it: 128 and the signal's number. */
const killedCode = 137;

async function exec(machine: SimulatedMachine, o: Parameters<Engine["exec"]>[0]): Promise<ExecStream> {
	await machine.perform("exec", o.signal, (state) => {
		const { status } = require(state, o.name);
		if (status !== "running") throw new EngineError("invalid", `${o.name} is ${status}: nothing runs in it`);
	});
	const process =
		o.command[0] === "cat" ? echoProcess() : answeringProcess(machine.respond(o.name, o.command.join(" ")));
	const { stdio, stderr, exit } = process;
	return { stdio, stderr, exit, kill: () => process.kill({ code: killedCode, signal: null }) };
}
