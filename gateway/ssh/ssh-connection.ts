/**
 * One SSH client from its first message to its last: it logs in, is watched for as long as its credential and its box are good,
 * and has its channels tied to the box.
 */

import { recordAudit } from "../../lib/db/audit-events.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import { SshWireError } from "../../lib/domain/ssh-wire.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { Credentials, SignedIn } from "../credentials/credentials.ts";
import type { StrangerLimits } from "../edge/stranger-limits.ts";
import { openDevboxWatch } from "../hosts/devbox-watch.ts";
import { type BoxAccess, openBoxAccess } from "./box-access.ts";
import { type Forwarding, openForwarding } from "./forwarding.ts";
import type { Accepted, Logins } from "./logins.ts";
import { openSession } from "./session-channel.ts";
import { type Destination, SshChannels } from "./ssh-channels.ts";
import { messageTypes, sshMessage } from "./ssh-message.ts";
import type { SshTransport } from "./ssh-transport.ts";
import { openTraffic, type Traffic } from "./traffic.ts";
import { openUserAuth } from "./user-auth.ts";

export type SshConnectionInput = {
	transport: SshTransport;
	address: string;
	deps: BoxDeps;
	credentials: Credentials;
	changes: ChangeFeed;
	audit: AuditQueue;
	logins: Logins;
	publicUrl: URL;
	limits: Pick<StrangerLimits, "sshLoginMs">;
	/** It has shown that it speaks the protocol: it knows the keys. */
	onHandshake: () => void;
	/** It is a stranger no more. */
	onLogin: (connection: SshConnection) => void;
	onClose: (connection: SshConnection) => void;
	log: Log;
};

const pingEveryMs = 20_000;
const silentMsMax = 65_000;
/** Before login nothing needs more. */
const strangerBytesMax = 128 * 1024;
/** Bytes that wait for a client that does not read, beyond what its channels hold back by themselves. */
const pendingBytesMax = 4 * 1024 * 1024;
/** A login without a box is there to be told so. */
const withoutBoxMsMax = 30_000;

export class SshConnection {
	readonly #o: SshConnectionInput;
	readonly #traffic: Traffic = openTraffic();
	readonly #timers: NodeJS.Timeout[] = [];
	readonly #undo: (() => void)[] = [];
	#receive: (message: Buffer) => void;
	#signedIn: SignedIn | null = null;
	#heardAt = performance.now();
	/** What the log is told when it ends. */
	#closing: AuditEvent | null = null;
	#loggedInAt = 0;

	constructor(o: SshConnectionInput) {
		this.#o = o;
		const { transport } = o;
		const auth = openUserAuth({
			...o,
			admit: (login) => recordLogin(o, login),
			onLogin: (login) => this.#onLogin(login),
		});
		this.#receive = (message) => {
			o.onHandshake();
			if (transport.socket.bytesRead > strangerBytesMax) throw new SshWireError("too much was sent before the login");
			auth.receive(message);
		};
		this.#timers.push(setTimeout(() => transport.disconnect("The login took too long."), o.limits.sshLoginMs));
		transport.start({
			onMessage: (message) => {
				this.#heardAt = performance.now();
				this.#receive(message);
				if (transport.pendingBytes > pendingBytesMax) transport.destroy();
			},
			onClose: () => this.#close(),
		});
	}

	get signedIn(): SignedIn | null {
		return this.#signedIn;
	}

	get traffic(): Traffic {
		return this.#traffic;
	}

	/** Ends it with a sentence that ssh shows. */
	end(reason: string): void {
		this.#o.transport.disconnect(reason);
	}

	#onLogin(login: Accepted): void {
		const { credential, signedIn, target } = login;
		const { transport, credentials, log } = this.#o;
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		this.#signedIn = signedIn;
		this.#loggedInAt = performance.now();
		const { actor } = signedIn;
		const devbox = "devboxId" in target ? target.devboxId : null;
		log.info({ user: actor.login, credential: actor.credentialId, devbox, address: this.#o.address }, "an SSH login");
		this.#undo.push(
			credentials.watch(credential, signedIn, () =>
				transport.disconnect("Your session or key was revoked, has expired, or is not enough any more."),
			),
		);
		if (devbox) this.#closing = loginEvent(this.#o, login);
		if ("devboxId" in target) this.#serve(signedIn, target.devboxId);
		else this.#refuse(target.refusal);
		this.#keepAlive();
		this.#o.onLogin(this);
	}

	#serve(signedIn: SignedIn, devboxId: string): void {
		const { transport, changes, deps, log } = this.#o;
		const { actor } = signedIn;
		const watch = openDevboxWatch({
			deps,
			actor,
			devboxId,
			changes,
			onEnd: (reason) => transport.disconnect(reason),
			log,
		});
		const access = openBoxAccess({ ...this.#o, actor, devboxId });
		const { channels, forwarding } = this.#openChannels(access, watch.findEnd, () => watch.touch());
		this.#undo.push(watch.close, () => channels.close(), forwarding.close);
		watch.touch();
	}

	#openChannels(access: BoxAccess, findEnd: () => Promise<string | null>, onInput: () => void) {
		const { transport, log } = this.#o;
		const channels: SshChannels = new SshChannels({
			transport,
			onSession: (channel) =>
				openSession({
					channel,
					access,
					agentLink: (signal) => forwarding.link(signal),
					findEnd,
					onTerminal: () => this.#traffic.noteTerminal(),
				}),
			connect: (destination, signal) => connect(access, destination, signal),
			onGlobalRequest: (request) => forwarding.answer(request),
			onTraffic: (bytes, direction) => {
				this.#traffic.note(bytes);
				if (direction === "in") onInput();
			},
		});
		const forwarding: Forwarding = openForwarding({
			access,
			channels,
			onLost: () => transport.disconnect("The connection into the devbox was lost. Connect again."),
			log,
		});
		this.#receive = (message) => channels.receive(message);
		return { channels, forwarding };
	}

	/** Each session is told why there is no box, and nothing else is served. */
	#refuse(refusal: string): void {
		const { transport } = this.#o;
		const channels = new SshChannels({
			transport,
			onSession: (channel) =>
				openSession({
					channel,
					access: { refusal },
					agentLink: () => Promise.reject(new Error(refusal)),
					findEnd: async () => null,
					onTerminal: () => undefined,
				}),
			connect: () => Promise.reject(new Error(refusal)),
			onGlobalRequest: async () => ({ isDone: false }),
			onTraffic: () => undefined,
		});
		this.#receive = (message) => channels.receive(message);
		this.#undo.push(() => channels.close());
		this.#timers.push(setTimeout(() => transport.disconnect(refusal), withoutBoxMsMax));
	}

	/** Answers of any kind show that the client is there; while it takes nothing from us it cannot answer, and its writes tell. */
	#keepAlive(): void {
		const { transport } = this.#o;
		const ping = setInterval(() => {
			const now = performance.now();
			if (now - this.#heardAt > silentMsMax || !transport.isKeepingUp(now)) transport.destroy();
			else transport.send(sshMessage(messageTypes.globalRequest, "keepalive@openssh.com", true));
		}, pingEveryMs);
		this.#timers.push(ping);
	}

	#close(): void {
		for (const timer of this.#timers.splice(0)) clearTimeout(timer);
		for (const undo of this.#undo.splice(0)) undo();
		if (this.#closing) {
			const seconds = Math.round((performance.now() - this.#loggedInAt) / 1000);
			this.#o.audit.add({ ...this.#closing, action: "ssh.close", detail: { ...this.#closing.detail, seconds } });
		}
		this.#closing = null;
		this.#o.onClose(this);
	}
}

type LoginSource = Pick<SshConnectionInput, "deps" | "address">;

/** Written before anything is served: nobody is in a box whom the audit log does not know. */
async function recordLogin(o: LoginSource, login: Accepted): Promise<void> {
	await recordAudit(o.deps.db.pool, loginEvent(o, login));
}

function loginEvent({ address }: LoginSource, { credential, signedIn: { actor }, target }: Accepted): AuditEvent {
	const isServed = "devboxId" in target;
	const fingerprint = "fingerprint" in credential ? credential.fingerprint : null;
	return {
		workspaceId: actor.workspaceId,
		actor,
		action: isServed ? "ssh.open" : "ssh.refused",
		target: isServed ? { kind: "devbox", id: target.devboxId } : null,
		outcome: isServed ? "success" : "refused",
		address,
		detail: isServed ? { fingerprint } : { fingerprint, reason: target.refusal },
	};
}

async function connect(access: BoxAccess, destination: Destination, signal: AbortSignal) {
	const link = await access.link(signal);
	return destination.kind === "tcp"
		? link.openTcp({ host: destination.host, port: destination.port, signal })
		: link.openSocket({ path: destination.path, signal });
}
