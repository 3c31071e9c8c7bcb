/**
 * A session of an SSH client (RFC 4254, section 6) tied to a program in the box: first what the program shall have (variables, a
 * terminal, an agent), then the program, then what happens while it runs. A client is told at once that its program starts, since
 * it sends input without waiting; what then goes wrong it reads as a sentence, with exit status 255 as of ssh itself.
 */
import type { BoxChannel, BoxLink, BoxProgram, BoxPty } from "../../lib/domain/box-link.ts";
import type { SshReader } from "../../lib/domain/ssh-wire.ts";
import type { BoxAccess } from "./box-access.ts";
import type { ChannelRequest, ClientChannel } from "./client-channel.ts";
import { type PtySize, readPtyRequest, readPtySize } from "./pty-request.ts";

export type SessionInput = {
	channel: ClientChannel;
	/** The box, or why there is none. */
	access: BoxAccess | { refusal: string };
	/** The client's own link, for a program with an agent. */
	agentLink: (signal: AbortSignal) => Promise<BoxLink>;
	/** Why the box is not there any more; null when that is not known. */
	findEnd: () => Promise<string | null>;
	onTerminal: () => void;
};

const variablesMax = 64;
/** What a link takes in all. */
const programVariablesMax = 100;
const variableBytesMax = 32 * 1024;
const failedExit = { code: 255, signal: null } as const;

export function openSession(o: SessionInput): void {
	const session = new Session(o);
	o.channel.onRequest = (request) => session.request(request);
}

class Session {
	readonly #o: SessionInput;
	readonly #ending = new AbortController();
	readonly #variables = new Map<string, string>();
	#variableBytes = 0;
	#pty: BoxPty | null = null;
	#size: PtySize | null = null;
	#wantsAgent = false;
	#isStarted = false;
	#inside: BoxChannel | null = null;

	constructor(o: SessionInput) {
		this.#o = o;
		o.channel.once("gone", () => {
			this.#ending.abort();
			this.#inside?.close();
		});
	}

	/** Answers whether it was done. X11 and everything unknown is not. */
	request({ type, fields }: ChannelRequest): boolean {
		switch (type) {
			case "env":
				return !this.#isStarted && this.#addVariable(fields.text(), fields.text());
			case "pty-req":
				return !this.#isStarted && this.#addTerminal(fields);
			case "auth-agent-req@openssh.com":
				this.#wantsAgent = !this.#isStarted && "link" in this.#o.access;
				return this.#wantsAgent;
			case "shell":
				return this.#start({ kind: "shell" });
			case "exec":
				return this.#start(commandOf(fields.bytes()));
			case "subsystem":
				return fields.text() === "sftp" && this.#start({ kind: "sftp" });
			case "window-change":
				return this.#resize(readPtySize(fields));
			case "signal":
				return this.#signal(fields.text());
			default:
				return false;
		}
	}

	#addVariable(name: string, value: string): boolean {
		const bytes = Buffer.byteLength(name) + Buffer.byteLength(value);
		const fits = this.#variables.size < variablesMax && this.#variableBytes + bytes <= variableBytesMax;
		if (!fits || !/^[A-Za-z_][A-Za-z0-9_]{0,255}$/.test(name) || value.includes("\0")) return false;
		this.#variables.set(name, value);
		this.#variableBytes += bytes;
		return true;
	}

	#addTerminal(fields: SshReader): boolean {
		this.#pty = readPtyRequest(fields);
		this.#o.onTerminal();
		return true;
	}

	#resize(size: PtySize): boolean {
		if (!this.#pty) return false;
		this.#size = size;
		this.#inside?.resize(size);
		return true;
	}

	#signal(name: string): boolean {
		if (!this.#inside || !/^[A-Z][A-Z0-9]{1,15}$/.test(name)) return false;
		try {
			this.#inside.signal(name);
			return true;
		} catch {
			// Not a signal that SSH knows.
			return false;
		}
	}

	#start(program: BoxProgram): boolean {
		if (this.#isStarted) return false;
		this.#isStarted = true;
		// After the answer to this request: what fails at once would close the channel before it.
		process.nextTick(() => void this.#run(program));
		return true;
	}

	async #run(program: BoxProgram): Promise<void> {
		const { access } = this.#o;
		if ("refusal" in access) return this.#fail(access.refusal);
		try {
			const inside = await this.#open(access, program);
			if (this.#ending.signal.aborted) inside.close();
			else this.#attach(inside);
		} catch (error) {
			if (!this.#ending.signal.aborted) this.#fail(access.explain(error));
		}
	}

	async #open(access: BoxAccess, program: BoxProgram): Promise<BoxChannel> {
		const { signal } = this.#ending;
		const link = await (this.#wantsAgent ? this.#o.agentLink(signal) : access.link(signal));
		const env = await access.environment(link);
		return link.login({
			program,
			env: this.#environment(env),
			agent: this.#wantsAgent,
			signal,
			...(this.#pty ? { pty: { ...this.#pty, ...this.#size } } : {}),
		});
	}

	/** What the client sent stands before what the box has; past the bound the box's is left out. */
	#environment(inBox: Record<string, string>): Record<string, string> {
		const own = Object.fromEntries(this.#variables);
		const others = Object.entries(inBox).filter(([name]) => !this.#variables.has(name));
		return { ...own, ...Object.fromEntries(others.slice(0, programVariablesMax - this.#variables.size)) };
	}

	#attach(inside: BoxChannel): void {
		const { channel } = this.#o;
		const { stdio, stderr } = inside;
		this.#inside = inside;
		// The exit's promise tells what happened; without a listener the stream's own error would end the process.
		stdio.on("error", () => undefined);
		if (this.#size) inside.resize(this.#size);
		channel.pipe(stdio);
		stdio.once("close", () => {
			channel.unpipe(stdio);
			channel.resume();
		});
		stdio.pipe(channel, { end: false });
		stderr.pipe(channel.stderr, { end: false });
		const outputs = Promise.all([ended(stdio), ended(stderr)]);
		inside.exit.then(
			async (exit) => {
				channel.sendExit(exit);
				await outputs;
				channel.finish();
			},
			() => void this.#lose(outputs),
		);
	}

	/** The program's end is not known; what it wrote before still arrives. */
	async #lose(outputs: Promise<unknown>): Promise<void> {
		await outputs;
		if (this.#ending.signal.aborted) return;
		const reason = await this.#o.findEnd();
		this.#fail(reason ?? "The connection into the devbox was lost. Whether the program ran to its end is not known.");
	}

	#fail(message: string): void {
		const { channel } = this.#o;
		if (channel.isGone) return;
		// With a terminal the person's own is in raw mode, where a line feed alone leaves a staircase.
		channel.stderr.write(this.#pty ? `${message}\r\n` : `${message}\n`);
		channel.sendExit(failedExit);
		channel.finish();
	}
}

/** An empty command is what `ssh host ""` sends: sshd runs the shell for it. */
function commandOf(command: Uint8Array): BoxProgram {
	return command.length === 0 ? { kind: "shell" } : { kind: "command", command };
}

function ended(stream: NodeJS.ReadableStream): Promise<void> {
	return new Promise((resolve) => {
		stream.once("end", resolve);
		stream.once("close", resolve);
	});
}
