/**
 * An isolation audit of one host, in a canary that `provision` made:
 *
 * 1. Listeners: in a namespace inside the filter, on the host's own addresses (this worker), and in a second box.
 * 2. The canary under `observe`: the attempts that must reach there are the controls of those that must not under the other policies.
 * 3. `enforce`, `none`, and the open network.
 * 4. The result is written; the second box and the listeners are gone, whatever happened.
 */
import { randomBytes } from "node:crypto";
import { readHostFence } from "../../lib/db/host-network.ts";
import { setCanaryPolicy } from "../../lib/db/isolation-reports.ts";
import type { Queryable } from "../../lib/db/run-journal.ts";
import { auditNetwork } from "../../lib/domain/audit-network.ts";
import type { AttemptResult } from "../../lib/domain/isolation.ts";
import { type Attempt, isolationBattery, type Mode } from "../../lib/domain/isolation-battery.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import type { HostAccess } from "../hosts.ts";
import { enforcePolicies } from "../network/enforce-policies.ts";
import { settleNetwork } from "../network/settle-network.ts";
import { openAuditPeer } from "./audit-peer.ts";
import { openHostListener } from "./open-host-listener.ts";
import { besideListener, openListener } from "./open-listener.ts";
import { attemptKey, type Controls, judgeAttempt, openShell } from "./run-attempts.ts";

export const canaryDomains = [`listed.${auditNetwork.zone}`, `private.${auditNetwork.zone}`] as const;
/** Of attempts at once: each is a process or two in the canary. */
const atOnceMax = 4;

export type Audit = {
	db: Queryable;
	host: HostAccess;
	installId: string;
	devboxId: string;
	instance: string;
	imageRef: string;
	signal: AbortSignal;
	progress(message: string): Promise<void>;
};

export async function runAudit(o: Audit): Promise<AttemptResult[]> {
	const { engine } = o.host;
	const nonce = randomBytes(12).toString("hex");
	const fence = await readHostFence(o.db, { hostId: o.host.id });
	const shell = openShell({ engine, nonce, signal: o.signal });
	const closers: (() => Promise<void>)[] = [];
	try {
		const local = await openHostListener({ nonce, fenceAddress: fence?.address ?? null });
		closers.push(local.close);
		const peer = await openAuditPeer({ ...o, shell, nonce, fenceAddress: fence?.address ?? null });
		closers.push(peer.close);
		const results: AttemptResult[] = [];
		const runAs = (instance: string, control: (attempt: Attempt) => string): Controls["run"] => {
			return (attempt, user) => shell({ instance, user, command: control(attempt) });
		};
		const inCanary = runAs(o.instance, (attempt) => commandOf(attempt));
		const inPeer = runAs(peer.name, (attempt) => attempt.command);
		const beside: Controls["run"] = (attempt) =>
			shell({ instance: filterInstance, user: "root", command: besideListener(commandOf(attempt)) });
		const run: Controls["run"] = (attempt, user) => {
			const { control } = attempt;
			if (control === "peer") return inPeer(attempt, user);
			return control === "listener" || (control && typeof control === "object" && "beside" in control)
				? beside(attempt, user)
				: inCanary(attempt, user);
		};
		const judgeMode = async (
			mode: Mode,
			targets: Parameters<typeof isolationBattery>[0],
			observed: Controls["observed"],
		) => {
			await o.progress(`Trying what a devbox must not reach (${mode}).`);
			const attempts = isolationBattery(targets).filter((attempt) => attempt.modes.includes(mode));
			const jobs = attempts.flatMap((attempt) => attempt.users.map((user) => ({ attempt, user })));
			const one = ({ attempt, user }: (typeof jobs)[number]) =>
				judgeAttempt({ attempt, user, mode, nonce, shell, canary: o.instance, controls: { observed, run } });
			// What root changes in the box would show to others that run beside it.
			const [rootOnly, rest] = [jobs.filter(isAlone), jobs.filter((job) => !isAlone(job))];
			results.push(...(await inTurns(rest, atOnceMax, one)), ...(await inTurns(rootOnly, 1, one)));
		};
		if (fence) {
			const listener = await openListener({ engine, nonce, resolvers: fence.resolvers, signal: o.signal });
			closers.push(listener.close);
			const targets = { denied: listener.denied, host: local.pairs, peer: { fenced: peer.fenced, open: null } };
			await setMode(o, "observe");
			const observed = new Map<string, string>();
			const controls = isolationBattery(targets)
				.filter((attempt) => attempt.control === "observe")
				.flatMap((attempt) => attempt.users.map((user) => ({ attempt, user })));
			await inTurns(
				controls.toSorted((a, b) => Number(isAlone(a)) - Number(isAlone(b))),
				1,
				async ({ attempt, user }) => {
					observed.set(
						attemptKey(attempt, user),
						await shell({ instance: o.instance, user, command: attempt.command }),
					);
				},
			);
			await judgeMode("observe", targets, observed);
			for (const mode of ["enforce", "none"] as const) {
				await setMode(o, mode);
				await judgeMode(mode, targets, observed);
			}
			await setMode(o, "open");
		}
		const open = await peer.moveOpen();
		await judgeMode("open", { denied: [], host: local.pairs, peer: { fenced: null, open } }, new Map());
		return results;
	} finally {
		for (const close of closers.toReversed()) await close();
	}
}

function commandOf({ control, command }: Attempt): string {
	if (control && typeof control === "object") return "command" in control ? control.command : control.beside;
	return command;
}

const isAlone = ({ attempt }: { attempt: Attempt }) => attempt.users.length === 1 || attempt.id.startsWith("docker");

/** The policy first, then the interface; and the box's own view of it is there before anything is tried. */
async function setMode(o: Audit, mode: Mode): Promise<void> {
	await setCanaryPolicy(o.db, {
		devboxId: o.devboxId,
		mode,
		domains: mode === "enforce" || mode === "observe" ? canaryDomains : [],
	});
	await settleNetwork(o);
	if (mode !== "open") await enforcePolicies(o);
}

async function inTurns<T, R>(items: readonly T[], atOnce: number, one: (item: T) => Promise<R>): Promise<R[]> {
	const results: R[] = [];
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const index = next++;
			results[index] = await one(items[index] as T);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return results;
}
