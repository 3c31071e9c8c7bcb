import { expect, test } from "vitest";
import { EngineError } from "../engine.ts";
import { bytesOf, cpuAllowance, instanceView, parseInstance, parseInstances } from "./instance-view.ts";

const raw = {
	name: "dbx-1",
	status: "Running",
	created_at: "2026-11-21T03:00:00Z",
	config: { "user.devbox.install": "abc123", "user.devbox.id": "dbx_1" },
	devices: {},
	expanded_config: { "limits.cpu.allowance": "400ms/100ms", "limits.memory": "8192MiB" },
	expanded_devices: {
		root: { type: "disk", path: "/", pool: "p", size: "100GiB" },
		eth0: { type: "nic", name: "eth0" },
	},
	state: {
		status: "Running",
		pid: 4711,
		cpu: { usage: 5 },
		memory: { usage: 7 },
		disk: { root: { usage: 11 } },
		processes: 13,
		network: {
			docker0: {
				addresses: [{ family: "inet", address: "172.17.0.1", scope: "global" }],
				counters: { bytes_received: 1000, bytes_sent: 1000 },
			},
			eth0: {
				addresses: [
					{ family: "inet6", address: "fe80::1", scope: "link" },
					{ family: "inet", address: "10.0.0.7", scope: "global" },
				],
				counters: { bytes_received: 17, bytes_sent: 19 },
			},
		},
	},
};

test("an interface that the box made is neither its address nor its traffic", () => {
	const view = instanceView(parseInstance(raw), { usage: true, console: null });
	expect(view.ipv4).toBe("10.0.0.7");
	expect(view.usage).toEqual({
		cpuNs: 5,
		memoryBytes: 7,
		diskBytes: 11,
		networkRxBytes: 17,
		networkTxBytes: 19,
		processes: 13,
	});
	expect(view.limits).toEqual({ vcpus: 4, memoryMib: 8192, diskGib: 100 });
	expect(view.labels).toEqual({ installId: "abc123", devboxId: "dbx_1" });
});

test("an answer that is not understood is unavailable, never an empty list", () => {
	expect(() => parseInstances(null)).toThrow(EngineError);
	expect(() => parseInstances([{ name: "x" }])).toThrow(/not understood/);
});

test("sizes and allowances survive the way there and back", () => {
	expect(bytesOf("3GiB")).toBe(3 * 1024 ** 3);
	expect(bytesOf("10GB")).toBe(10e9);
	expect(bytesOf("50%")).toBeNull();
	expect(bytesOf(undefined)).toBeNull();
	expect(cpuAllowance(16)).toBe("1600ms/100ms");
});

test("how an instance went off is said only of one that is off, and only when the engine noted it", () => {
	const lastStop = (status: string, power?: string) => {
		const config = power ? { ...raw.config, "volatile.last_state.power": power } : raw.config;
		return instanceView(parseInstance({ ...raw, status, config }), { usage: false, console: null }).lastStop;
	};
	expect(lastStop("Stopped", "STOPPED")).toBe("orderly");
	expect(lastStop("Stopped", "RUNNING")).toBe("lost");
	expect(lastStop("Stopped")).toBeUndefined();
	expect(lastStop("Running", "RUNNING")).toBeUndefined();
});

test("a boot is known by its init, and only while the instance runs", () => {
	const boot = (status: string, pid?: number) => {
		const state = { ...raw.state, status, pid };
		return instanceView(parseInstance({ ...raw, status, state }), { usage: false, console: null }).boot;
	};
	expect(boot("Running", 4711)).toBe("init:4711");
	expect(boot("Running", 4712)).not.toBe(boot("Running", 4711));
	expect([boot("Stopped", -1), boot("Stopped", 0), boot("Running")]).toEqual([null, null, null]);
});
