/**
 * An engine is the software that runs boxes on a host (Incus or LXD, Docker, ...). Everything that the product needs of it is
 * here, and nothing else: the worker provisions through it, and every byte into a box goes through `exec`.
 *
 * The story of a box: `create` from an image (or a snapshot, or another box), `start`, `exec` for the link, `freeze`/`thaw`,
 * `stop`, `destroy`. Every call is idempotent: creating what exists (same name, same labels), starting what runs, stopping what
 * is off and destroying what is gone all succeed. Differences between engines are `capabilities`, never `if (engine === …)`.
 */
import type { Duplex, Readable } from "node:stream";

/** Labels that every instance of ours carries. The orphan sweep looks at nothing without them. */
export type InstanceLabels = { installId: string; devboxId: string };

/** Caps, not reservations. */
export type InstanceLimits = { vcpus: number; memoryMib: number; diskGib: number };

export type InstanceSource =
	| { kind: "image"; image: string }
	| { kind: "snapshot"; instance: string; snapshot: string }
	| { kind: "instance"; instance: string };

/**
 * Where an instance's interface stands: on the usual network, on the host's fence (with one place there, the last number of its
 * address), or as the egress filter with one leg on each.
 */
export type InstanceNetwork = { kind: "open" } | { kind: "fenced"; place: number } | { kind: "filter" };

export type InstanceStatus = "running" | "frozen" | "stopped" | "error";

export type InstanceUsage = {
	/** CPU time used since the start, nanoseconds. */
	cpuNs: number;
	memoryBytes: number;
	/** What the box's own root file system takes, bytes; null where the engine cannot tell. */
	diskBytes: number | null;
	networkRxBytes: number;
	networkTxBytes: number;
	processes: number;
};

export type InstanceView = {
	name: string;
	status: InstanceStatus;
	labels: InstanceLabels;
	/** The image that it is a copy of; null of a copy of another instance, and where that was not noted yet. */
	madeFrom: string | null;
	/** First global IPv4 address, when it has one. In a list only with `usage: true`: it takes a look into each box. */
	ipv4: string | null;
	/** Limits as the engine holds them. */
	limits: Partial<InstanceLimits>;
	/** Present when asked for with `usage: true` and the instance runs. */
	usage: InstanceUsage | null;
	createdAt: Date;
	/** Its interface is on the fence (`InstanceNetwork`). */
	isFenced: boolean;
	/**
	 * Another one after each start of it, a reboot from inside among them; null of one that is off. In a list only with `usage: true`.
	 */
	boot: string | null;
	/**
	 * How a stopped instance went off, where the engine knows: `orderly` when its init ended (a power-off from inside, or a stop that
	 * was asked for), `lost` when the host or the engine went down under it. Absent where the engine cannot tell.
	 */
	lastStop?: "orderly" | "lost";
	/**
	 * The last lines of the console (at most 16 KiB of untrusted bytes as UTF-8), when asked for with `console: true`; for a box that
	 * died at boot. On a box that runs, an engine may give each line only once.
	 */
	console: string | null;
};

export type EngineCapabilities = {
	/** Copies share blocks with their source: creating takes milliseconds. */
	copyOnWrite: boolean;
	freeze: boolean;
	snapshots: boolean;
	/** Disk limits hold. */
	diskLimits: boolean;
	/** Each box has user ids of its own on the host. */
	isolatedIds: boolean;
	/** Docker runs inside a box. */
	nesting: boolean;
};

/** What a look at the host says. Placement and `doctor` read it. */
export type HostProbe = {
	engineName: string;
	engineVersion: string;
	vcpus: number;
	memoryTotalMib: number;
	memoryAvailableMib: number;
	poolTotalGib: number;
	poolUsedGib: number;
	/** How many instances the host can hold before the kernel or memory stops it. */
	instancesMax: number;
	/** The host's own address on its fence; null: it has none, and cannot enforce a network policy. */
	fenceAddress: string | null;
	/** Name servers that the host's egress filter asks. */
	fenceResolvers: string[];
	/** Private ranges that the host's operator lets its egress filter reach. */
	internalRanges: string[];
};

/** A bidirectional byte stream to a process inside a box. */
export type ExecStream = {
	/** Write: stdin. Read: stdout. Ending the writable side is EOF on stdin. Honours backpressure both ways. */
	stdio: Duplex;
	stderr: Readable;
	/**
	 * Resolves once the process has been reaped; rejects with EngineError `unavailable` when the stream broke before. An engine that
	 * does not tell a signal from an exit reports the shell's 128 + number as `code`.
	 */
	exit: Promise<{ code: number | null; signal: string | null }>;
	/** Ends the process (SIGKILL) and the stream; what was not read is dropped. */
	kill(): void;
};

export type InstanceRef = { name: string; signal?: AbortSignal };

/**
 * Every call takes an AbortSignal. A deadline (`AbortSignal.timeout`) rejects with EngineError `timeout`, any other abort with the
 * signal's own reason; either way the engine may go on with what was asked, so the same call again finds its result.
 */
export interface Engine {
	/** As known so far: `probe` reads what differs between hosts. */
	readonly capabilities: EngineCapabilities;
	probe(o: { signal?: AbortSignal }): Promise<HostProbe>;
	/**
	 * Find-or-create: an instance of that name with the same labels is success, with other labels `conflict`. Does not start it. A
	 * copy of a box gets a machine id and host keys of its own.
	 */
	create(
		o: InstanceRef & {
			labels: InstanceLabels;
			source: InstanceSource;
			limits: InstanceLimits;
			/** The usual network when left out. */
			network?: InstanceNetwork;
		},
	): Promise<void>;
	/** Moves a box's interface, on or off; connections end by it. `invalid` where the host has no fence. */
	setNetwork(o: InstanceRef & { network: InstanceNetwork }): Promise<void>;
	/** Success says only that the engine accepted; whether the box is alive is known when its systemd answers over the link. */
	start(o: InstanceRef): Promise<void>;
	/** Clean power-off with `graceMs`, then by force. `graceMs: 0` is by force at once. */
	stop(o: InstanceRef & { graceMs: number }): Promise<void>;
	freeze(o: InstanceRef): Promise<void>;
	thaw(o: InstanceRef): Promise<void>;
	/** Throws EngineError `not_found`. */
	inspect(o: InstanceRef & { usage?: boolean; console?: boolean }): Promise<InstanceView>;
	/** All instances with our install's label; throws `unavailable` rather than answering an empty list it is not sure of. */
	list(o: { usage?: boolean; signal?: AbortSignal }): Promise<InstanceView[]>;
	snapshot(o: InstanceRef & { snapshot: string }): Promise<void>;
	/** Stops by force where needed, deletes, and resolves when the engine says that it is gone. Gone already is success. */
	destroy(o: InstanceRef): Promise<void>;
	/** `signal` ends the opening alone; after it, `kill` does. A box that is off or frozen is `invalid`. */
	exec(o: InstanceRef & { command: string[]; env?: Record<string, string> }): Promise<ExecStream>;
	/**
	 * Brings an image to the host and prepares a sealed, stopped instance of it, which `create` copies. Find-or-create by `image`
	 * (name and content hash, as `builtin:base@3f9c…`); one import of an image at a time per host. `onProgress` gets 0..1 and a phrase.
	 */
	importImage(o: {
		image: string;
		rootfsPath: string;
		onProgress?: (fraction: number, phrase: string) => void;
		signal?: AbortSignal;
	}): Promise<void>;
}

export const engineErrorCodes = ["not_found", "conflict", "invalid", "unavailable", "timeout"] as const;
export type EngineErrorCode = (typeof engineErrorCodes)[number];

/** Only `unavailable` and `timeout` are worth a retry. */
export class EngineError extends Error {
	readonly code: EngineErrorCode;

	constructor(code: EngineErrorCode, message: string, cause?: unknown) {
		super(message, { cause });
		this.name = "EngineError";
		this.code = code;
	}

	get isRetryable(): boolean {
		return this.code === "unavailable" || this.code === "timeout";
	}
}
