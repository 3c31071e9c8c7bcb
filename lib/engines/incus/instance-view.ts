/** What the engine's JSON says about an instance, checked and turned into our view. Pure. */
import { z } from "zod";
import {
	EngineError,
	type InstanceLimits,
	type InstanceStatus,
	type InstanceUsage,
	type InstanceView,
} from "../engine.ts";

/** Keys of an instance's config that are ours. */
export const labelKeys = {
	install: "user.devbox.install",
	devbox: "user.devbox.id",
	/** On a sealed image instance: the image's reference. Written last, so an instance without it is half made. */
	image: "user.devbox.image",
	/** The image that it is a copy of. */
	source: "user.devbox.source",
	/** On a copy of a box whose machine id and host keys are still those of its source. */
	renewal: "user.devbox.renewal",
} as const;

const counters = z.object({ bytes_received: z.number(), bytes_sent: z.number() });
const address = z.object({ family: z.string(), address: z.string(), scope: z.string() });

const instanceStateSchema = z.object({
	status: z.string(),
	/** Of its init, on the host. */
	pid: z.number().nullish(),
	cpu: z.object({ usage: z.number() }).nullish(),
	memory: z.object({ usage: z.number() }).nullish(),
	disk: z.record(z.string(), z.object({ usage: z.number() })).nullish(),
	network: z
		.record(z.string(), z.object({ addresses: z.array(address).nullish(), counters: counters.nullish() }))
		.nullish(),
	processes: z.number().nullish(),
});

const instanceSchema = z.object({
	name: z.string(),
	status: z.string(),
	created_at: z.string(),
	config: z.record(z.string(), z.string()),
	devices: z.record(z.string(), z.record(z.string(), z.string())),
	expanded_config: z.record(z.string(), z.string()).nullish(),
	expanded_devices: z.record(z.string(), z.record(z.string(), z.string())).nullish(),
	state: instanceStateSchema.nullish(),
});

export type IncusInstance = z.infer<typeof instanceSchema>;

/** Throws `unavailable` for what is no instance: guessing would turn a broken answer into a missing box. */
export function parseInstance(value: unknown): IncusInstance {
	const parsed = instanceSchema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw new EngineError("unavailable", "The engine's answer about an instance is not understood", parsed.error);
}

export function parseInstances(value: unknown): IncusInstance[] {
	if (!Array.isArray(value)) throw new EngineError("unavailable", "The engine's answer is no list of instances");
	return value.map(parseInstance);
}

export function instanceStatus(word: string): InstanceStatus {
	switch (word.toLowerCase()) {
		case "running":
		case "ready":
		// On the way from one to the other it still has processes.
		case "starting":
		case "thawed":
		case "stopping":
			return "running";
		case "frozen":
		case "freezing":
			return "frozen";
		case "stopped":
			return "stopped";
		default:
			return "error";
	}
}

export function instanceView(instance: IncusInstance, o: { usage: boolean; console: string | null }): InstanceView {
	const status = instanceStatus(instance.status);
	const isAlive = status === "running" || status === "frozen";
	return {
		name: instance.name,
		status,
		labels: {
			installId: instance.config[labelKeys.install] ?? "",
			devboxId: instance.config[labelKeys.devbox] ?? "",
		},
		madeFrom: instance.config[labelKeys.source] || null,
		ipv4: firstIpv4(instance),
		limits: limitsOf(instance),
		usage: o.usage && isAlive ? usageOf(instance) : null,
		createdAt: new Date(instance.created_at),
		// On the usual network it has the profile's interface, and none of its own.
		isFenced: instance.devices.eth0 !== undefined,
		boot: isAlive ? bootOf(instance) : null,
		lastStop: status === "stopped" ? lastStopOf(instance.config["volatile.last_state.power"]) : undefined,
		console: o.console,
	};
}

/** The engine notes the end of an instance's init; one that was cut off with its host or engine is still noted as running. */
function lastStopOf(lastPower: string | undefined): InstanceView["lastStop"] {
	if (lastPower === undefined) return undefined;
	return lastPower === "STOPPED" ? "orderly" : "lost";
}

function bootOf({ state }: IncusInstance): string | null {
	return state?.pid && state.pid > 0 ? `init:${state.pid}` : null;
}

function firstIpv4(instance: IncusInstance): string | null {
	for (const network of ownNetworks(instance)) {
		const found = network.addresses?.find((a) => a.family === "inet" && a.scope === "global");
		if (found) return found.address;
	}
	return null;
}

function limitsOf(instance: IncusInstance): Partial<InstanceLimits> {
	const config = instance.expanded_config ?? instance.config;
	const devices = instance.expanded_devices ?? instance.devices;
	const root = Object.values(devices).find((device) => device.type === "disk" && device.path === "/");
	const limits: Partial<InstanceLimits> = {};
	const vcpus = vcpusOf(config["limits.cpu.allowance"]);
	const memory = bytesOf(config["limits.memory"]);
	const disk = bytesOf(root?.size);
	if (vcpus !== null) limits.vcpus = vcpus;
	if (memory !== null) limits.memoryMib = Math.floor(memory / 1024 ** 2);
	if (disk !== null) limits.diskGib = disk / 1024 ** 3;
	return limits;
}

const allowancePeriodMs = 100;

/** A hard cap of CPU time: `200ms/100ms` is two processors, whatever number of them the host has. */
export function cpuAllowance(vcpus: number): string {
	return `${Math.round(vcpus * allowancePeriodMs)}ms/${allowancePeriodMs}ms`;
}

function vcpusOf(allowance: string | undefined): number | null {
	const match = /^(\d+)ms\/(\d+)ms$/.exec(allowance ?? "");
	if (!match) return null;
	return Number(match[1]) / Number(match[2]);
}

const units: Record<string, number> = {
	"": 1,
	B: 1,
	kB: 1e3,
	KB: 1e3,
	MB: 1e6,
	GB: 1e9,
	TB: 1e12,
	KiB: 1024,
	MiB: 1024 ** 2,
	GiB: 1024 ** 3,
	TiB: 1024 ** 4,
};

/** `8192MiB` in bytes; null for a percentage or nothing. */
export function bytesOf(size: string | undefined): number | null {
	const match = /^(\d+)\s*([A-Za-z]*)$/.exec(size ?? "");
	const unit = match ? units[match[2] ?? ""] : undefined;
	return match && unit !== undefined ? Number(match[1]) * unit : null;
}

function usageOf(instance: IncusInstance): InstanceUsage | null {
	const state = instance.state;
	if (!state) return null;
	let networkRxBytes = 0;
	let networkTxBytes = 0;
	for (const network of ownNetworks(instance)) {
		networkRxBytes += network.counters?.bytes_received ?? 0;
		networkTxBytes += network.counters?.bytes_sent ?? 0;
	}
	return {
		cpuNs: Math.max(0, state.cpu?.usage ?? 0),
		memoryBytes: Math.max(0, state.memory?.usage ?? 0),
		diskBytes: state.disk?.root?.usage ?? null,
		networkRxBytes,
		networkTxBytes,
		processes: Math.max(0, state.processes ?? 0),
	};
}

/** The interfaces that the engine gave it. The box makes others (docker0, veth…), with addresses of its choice and the same bytes again. */
function ownNetworks(instance: IncusInstance): NonNullable<NonNullable<IncusInstance["state"]>["network"]>[string][] {
	const networks = instance.state?.network ?? {};
	return Object.entries(instance.expanded_devices ?? instance.devices).flatMap(([key, device]) => {
		const network = device.type === "nic" ? networks[device.name ?? key] : undefined;
		return network ? [network] : [];
	});
}
