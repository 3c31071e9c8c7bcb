/** What the product and an idle box take: memory of each process as the kernel counts it, and the base image. */
import { readdirSync, readFileSync } from "node:fs";
import { instanceName } from "../lib/domain/ids.ts";
import type { FigureTable } from "./figures.ts";
import { type Product, waitForState } from "./product.ts";

const settleMs = 20_000;

export async function benchFootprint(product: Product, table: FigureTable): Promise<void> {
	const image = (await product.api.listImages()).data[0];
	if (image) table.add({ name: "base image, as stored", value: image.size_bytes / 1e6, unit: "MB" });
	const box = await product.api.createDevbox({ name: `bench-idle-${Date.now() % 100_000}` });
	try {
		await waitForState(product, box.id, "ready");
		await new Promise((resolve) => setTimeout(resolve, settleMs));
		const { usage } = await product.engine.inspect({ name: instanceName(box.id), usage: true });
		if (usage)
			table.add({ name: "an idle box, memory", value: usage.memoryBytes / 2 ** 20, unit: "MiB", goal: "<= 60 MiB" });
	} finally {
		await product.api.deleteDevbox({ id: box.id });
	}
	const processes = ownProcesses(product);
	for (const [name, mib] of processes) table.add({ name: `idle memory of ${name}`, value: mib, unit: "MiB (PSS)" });
	const total = [...processes.values()].reduce((sum, mib) => sum + mib, 0);
	table.add({ name: "idle memory of all of ours", value: total, unit: "MiB (PSS)", goal: "<= 600 MiB" });
}

/** Proportional set size by role, of every process that carries this install's data folder or id in its environment or arguments. */
function ownProcesses(product: Product): Map<string, number> {
	const byRole = new Map<string, number>();
	for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
		const role = isOwn(pid, product) || isOwn(parentOf(pid), product) ? roleOf(commandOf(pid), product) : null;
		if (!role) continue;
		const pss = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? "0";
		byRole.set(role, (byRole.get(role) ?? 0) + Number(pss) / 1024);
	}
	return byRole;
}

function isOwn(pid: string, product: Product): boolean {
	return (
		commandOf(pid).includes(product.dataDir) ||
		read(`/proc/${pid}/environ`).includes(`DEVBOX_INSTALL_ID=${product.installId}\0`)
	);
}

/** A server process of PostgreSQL writes its title over both: its parent says whose it is. */
function parentOf(pid: string): string {
	return /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? "0";
}

function commandOf(pid: string): string {
	return read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

function roleOf(command: string, product: Product): string | null {
	if (command.includes("gateway/main.ts")) return "gateway";
	if (command.includes("worker/main.ts")) return "worker";
	if (/next-server|standalone\/server\.js/.test(command)) return "web";
	if (/^postgres: /.test(command)) return "postgresql";
	if (command.includes(product.dataDir) && command.includes("postgres")) return "postgresql";
	if (command.includes("ops/start.ts")) return "npm start (supervisor)";
	return null;
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		// A process that has just ended, or one that is not ours to read.
		return "";
	}
}
