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
import { listServiceAddresses } from "../../lib/db/internal-services.ts";
import { setCanaryPolicy } from "../../lib/db/isolation-audits.ts";
import type { Queryable } from "../../lib/db/run-journal.ts";
import { auditNetwork } from "../../lib/domain/audit-network.ts";
import type { AttemptResult } from "../../lib/domain/isolation.ts";
import {
	type Attempt,
	isolationBattery,
	type Mode,
	type Targets,
	tidyCanary,
} from "../../lib/domain/isolation-battery.ts";
import { untried } from "../../lib/domain/isolation-untried.ts";
import { filterInstance } from "../../lib/egress/filter-control.ts";
import type { HostAccess } from "../hosts.ts";
import { enforcePolicies } from "../network/enforce-policies.ts";
import { settleNetwork } from "../network/settle-network.ts";
import { openAuditPeer } from "./audit-peer.ts";
import { deniedTargets } from "./denied-targets.ts";
import { openHostListener } from "./open-host-listener.ts";
import { openListener } from "./open-listener.ts";
import { attemptKey, type Controls, judgeAttempt, openShell, type Shell } from "./run-attempts.ts";

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
		await shell({ instance: o.instance, user: "root", command: tidyCanary });
		const local = await openHostListener({ nonce, fenceAddress: fence?.address ?? null });
		closers.push(local.close);
		const peer = await openAuditPeer({ ...o, shell, nonce, fenceAddress: fence?.address ?? null });
		closers.push(peer.close);
		const results: AttemptResult[] = [];
		const judgeMode = async (mode: Mode, targets: Targets, more: Partial<ModeInput> = {}) => {
			await o.progress(`Trying what a devbox must not reach (${mode}).`);
			const input = { mode, targets, nonce, shell, canary: o.instance, peer: peer.name, ...noListener, ...more };
			results.push(...(await runMode(input)));
		};
		if (fence) {
			const denied = deniedTargets(await listServiceAddresses(o.db));
			const listener = await openListener({ engine, nonce, denied, resolvers: fence.resolvers, signal: o.signal });
			closers.push(listener.close);
			const targets = { denied: listener.denied, host: local.places, peer: { fenced: peer.fenced, open: null } };
			await setMode(o, "observe");
			await o.progress("Trying the controls: what reaches its end while nothing is in the way.");
			const observed = await observe({ targets, shell, canary: o.instance });
			for (const mode of ["observe", "enforce", "none"] as const) {
				if (mode !== "observe") await setMode(o, mode);
				await judgeMode(mode, targets, { observed, beside: listener.beside });
			}
			await setMode(o, "open");
			// While the other box is on the fence still.
			const isBoxes = ({ promise }: Attempt) => promise === "boxes";
			await judgeMode("open", { ...targets, denied: [] }, { only: isBoxes });
		}
		const open = await peer.moveOpen();
		await judgeMode("open", { denied: [], host: local.places, peer: { fenced: null, open } });
		results.push(...untried({ isFenced: fence !== null, host: local.places, leftOut: local.leftOut }));
		return results;
	} finally {
		await closeAll(closers);
	}
}

/** Each of them, last first, whatever becomes of the others. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
	const problems: unknown[] = [];
	for (const close of closers.toReversed()) await close().catch((problem: unknown) => problems.push(problem));
	if (problems.length > 0) throw problems[0];
}

type ModeInput = {
	mode: Mode;
	targets: Targets;
	nonce: string;
	shell: Shell;
	canary: string;
	peer: string;
	observed: Controls["observed"];
	beside: (command: string) => string;
	only: (attempt: Attempt) => boolean;
};

/** On the open network nothing of the battery needs the listener. */
const noListener = { observed: new Map(), beside: () => "false", only: () => true };

async function runMode(o: ModeInput): Promise<AttemptResult[]> {
	const { mode, nonce, shell, canary } = o;
	const attempts = isolationBattery(o.targets).filter((attempt) => attempt.modes.includes(mode) && o.only(attempt));
	const jobs = attempts.flatMap((attempt) => attempt.users.map((user) => ({ attempt, user })));
	const controls: Controls = { observed: o.observed, run: (attempt, user) => runControl(o, { attempt, user }) };
	const one = ({ attempt, user }: Job) => judgeAttempt({ attempt, user, mode, nonce, shell, canary, controls });
	// What root changes in the box, or has in its environment, would show to others that run beside it.
	const [alone, rest] = [jobs.filter(isAlone), jobs.filter((job) => !isAlone(job))];
	return [...(await inTurns(rest, atOnceMax, one)), ...(await inTurns(alone, 1, one))];
}

function runControl(o: ModeInput, { attempt, user }: Job): Promise<string> {
	const { control, command } = attempt;
	if (control === "peer") return o.shell({ instance: o.peer, user, command });
	const isBeside = control === "listener" || (control && typeof control === "object" && "beside" in control);
	if (isBeside) return o.shell({ instance: filterInstance, user: "root", command: o.beside(commandOf(attempt)) });
	return o.shell({ instance: o.canary, user, command: commandOf(attempt) });
}

/** What the canary gets where everything is let through, by attempt and user. */
async function observe(o: { targets: Targets; shell: Shell; canary: string }): Promise<Map<string, string>> {
	const observed = new Map<string, string>();
	const jobs = isolationBattery(o.targets)
		.filter((attempt) => attempt.control === "observe")
		.flatMap((attempt) => attempt.users.map((user) => ({ attempt, user })))
		.toSorted((a, b) => Number(isAlone(a)) - Number(isAlone(b)));
	for (const { attempt, user } of jobs)
		observed.set(attemptKey(attempt, user), await o.shell({ instance: o.canary, user, command: attempt.command }));
	return observed;
}

function commandOf({ control, command }: Attempt): string {
	if (control && typeof control === "object") return "command" in control ? control.command : control.beside;
	return command;
}

type Job = { attempt: Attempt; user: AttemptResult["user"] };

const isAlone = ({ attempt }: Job) => attempt.users.length === 1 || /^(docker|environment)/.test(attempt.id);

/** The policy first, then the interface; and the box's own view of it is there before anything is tried. */
async function setMode(o: Audit, mode: Mode): Promise<void> {
	// Throws where the run is another worker's by now: the canary is, too.
	await o.progress(`Giving the canary its policy (${mode}).`);
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
