/** Links into simulated boxes: the answers are the machine's, no SSH is spoken. A link lives as long as its box's boot. */
import { setTimeout as delay } from "node:timers/promises";
import type { BoxChannel, BoxExecResult, BoxLink, BoxLinks, BoxUser } from "../../domain/box-link.ts";
import { AppError } from "../../domain/errors.ts";
import { EngineError } from "../engine.ts";
import type { SimulatedEngine } from "./simulated-engine.ts";
import { SimulatedFileTree } from "./simulated-files.ts";
import type { SimulatedMachine } from "./simulated-machine.ts";
import { answeringProcess, echoProcess, type SimulatedProcess } from "./simulated-process.ts";
import type { SimulatedAnswer } from "./simulated-store.ts";

const outputMaxBytesDefault = 64 * 1024;
const killedExit = { code: null, signal: "KILL" };

export function openSimulatedLinks(engine: SimulatedEngine): BoxLinks {
	const links = new Map<string, BoxLink>();
	const trees = new Map<string, SimulatedFileTree>();
	const treeOf = (instance: string): SimulatedFileTree => {
		const tree = trees.get(instance) ?? new SimulatedFileTree();
		trees.set(instance, tree);
		return tree;
	};
	const keyOf = (instance: string, user: BoxUser): string => `${user}@${instance}`;
	return {
		get: async (o) => {
			const key = keyOf(o.instance, o.user);
			const known = links.get(key);
			if (known?.isOpen) return known;
			const link = await openLink(engine.machine, { ...o, files: treeOf(o.instance) });
			links.set(key, link);
			return link;
		},
		openForwarding: async (o) => {
			const link = await openLink(engine.machine, { ...o, files: treeOf(o.instance) });
			const refuse = (): never => {
				throw notSimulated("listens for nobody");
			};
			return Object.assign(link, { listenTcp: async () => refuse(), listenSocket: async () => refuse() });
		},
		holdControl: async () => undefined,
		drop: (instance) => {
			for (const user of ["root", "devbox"] as const) {
				links.get(keyOf(instance, user))?.close();
				links.delete(keyOf(instance, user));
			}
		},
		close: async () => {
			for (const link of links.values()) link.close();
			links.clear();
		},
	};
}

async function openLink(
	machine: SimulatedMachine,
	o: { instance: string; user: BoxUser; files: SimulatedFileTree; signal?: AbortSignal },
): Promise<BoxLink> {
	try {
		const boot = await machine.perform("link", o.signal, (state) => {
			const instance = state.instances[o.instance];
			if (instance?.status === "running") return instance.boots;
			throw new EngineError("unavailable", `${o.instance} is ${instance?.status ?? "gone"}`);
		});
		return linkOf(machine, { ...o, boot });
	} catch (cause) {
		if (!(cause instanceof EngineError)) throw cause;
		throw new AppError({
			code: cause.code === "timeout" ? "timeout" : "unavailable",
			message: `The devbox does not answer (${cause.message}). Look at its state, and start it again if it is off.`,
			cause,
		});
	}
}

type LinkInput = { instance: string; user: BoxUser; boot: number; files: SimulatedFileTree };

function linkOf(machine: SimulatedMachine, o: LinkInput): BoxLink {
	const { files } = o;
	const end = Promise.withResolvers<void>();
	let isClosed = false;
	const isOpen = (): boolean => {
		const instance = machine.find(o.instance);
		const isSameBoot = instance?.boots === o.boot && instance.status === "running";
		if (!isSameBoot) close();
		return !isClosed;
	};
	const close = (): void => {
		isClosed = true;
		end.resolve();
	};
	const requireOpen = (): void => {
		if (isOpen()) return;
		throw new AppError({ code: "unavailable", message: "The connection to the devbox is gone. Try again." });
	};
	return {
		user: o.user,
		get isOpen() {
			return isOpen();
		},
		open: async (request) => {
			requireOpen();
			request.signal?.throwIfAborted();
			// A terminal: what is typed comes back.
			const isEcho = request.pty !== undefined || request.command === "cat";
			const process = isEcho ? echoProcess() : answeringProcess(machine.respond(o.instance, request.command));
			return channelOf(process, request.signal, end.promise);
		},
		login: async ({ program, ...request }) => {
			requireOpen();
			if (program.kind === "sftp") throw notSimulated("has no file server");
			const isEcho = program.kind === "shell";
			const process = isEcho
				? echoProcess()
				: answeringProcess(machine.respond(o.instance, Buffer.from(program.command).toString()));
			return channelOf(process, request.signal, end.promise);
		},
		openSocket: async () => {
			requireOpen();
			throw notSimulated("listens on no socket");
		},
		run: async (request) => {
			requireOpen();
			return run(machine.respond(o.instance, request.command), request, isOpen);
		},
		files: async () => {
			requireOpen();
			return files.open();
		},
		openTcp: async (request) => {
			requireOpen();
			throw new AppError({
				code: "unavailable",
				message: `Nothing listens on ${request.host}:${request.port} in the devbox.`,
			});
		},
		closed: end.promise,
		close,
	};
}

async function run(
	answer: SimulatedAnswer,
	o: Parameters<BoxLink["run"]>[0],
	isOpen: () => boolean,
): Promise<BoxExecResult> {
	o.signal?.throwIfAborted();
	const isLate = answer.latencyMs > o.timeoutMs;
	await delay(Math.min(answer.latencyMs, o.timeoutMs), undefined, o.signal ? { signal: o.signal } : {});
	if (isLate) throw new AppError({ code: "timeout", message: `The command did not end within ${o.timeoutMs} ms.` });
	if (!isOpen()) throw new AppError({ code: "unavailable", message: "The connection to the devbox broke. Try again." });
	const bound = o.outputMaxBytes ?? outputMaxBytesDefault;
	return {
		code: answer.code,
		signal: null,
		stdout: answer.stdout.slice(-bound),
		stderr: answer.stderr.slice(-bound),
		isTruncated: answer.stdout.length > bound || answer.stderr.length > bound,
	};
}

function channelOf(process: SimulatedProcess, signal: AbortSignal | undefined, linkEnd: Promise<void>): BoxChannel {
	const close = (): void => process.kill(killedExit);
	signal?.addEventListener("abort", close, { once: true });
	// `closed` never rejects: it only says that the link has ended.
	void linkEnd.then(() => process.breakOff(brokenLink()));
	const { stdio, stderr, exit } = process;
	return { stdio, stderr, exit, resize: () => undefined, signal: close, close };
}

function notSimulated(what: string): AppError {
	return new AppError({ code: "unavailable", message: `A simulated devbox ${what}.` });
}

function brokenLink(): AppError {
	return new AppError({ code: "unavailable", message: "The connection to the devbox broke before the command ended." });
}
