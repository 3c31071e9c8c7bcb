/**
 * The SSH gateway: `ssh <devbox>@host -p 2222` with a registered key, `ssh <secret>@host -p 2222` with an access session. Read on
 * in ssh-connection.ts (one client), user-auth.ts (who it is), session-channel.ts (what it runs).
 */
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Config } from "../../lib/config/config.ts";
import { SecretText } from "../../lib/domain/secret-text.ts";
import type { SshActivity, SshDoor } from "../../lib/domain/ssh-door.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { StrangerLimits } from "../edge/stranger-limits.ts";
import { type Admission, openConnectionLimits } from "./connection-limits.ts";
import { readHostKey } from "./host-key.ts";
import { openLogins } from "./logins.ts";
import { SshConnection } from "./ssh-connection.ts";
import { createTransports } from "./ssh-transport.ts";

export type SshServer = {
	door: SshDoor;
	/** Rejects when the address is taken. */
	listen(): Promise<void>;
	/** Where it listens. */
	readonly listening: { host: string; port: number };
	/** Says goodbye to everybody, within 3 s. */
	close(): Promise<void>;
};

export type SshServerOptions = {
	ssh: NonNullable<Config["ssh"]>;
	publicUrl: URL;
	deps: BoxDeps;
	credentials: Credentials;
	changes: ChangeFeed;
	audit: AuditQueue;
	limits: Pick<StrangerLimits, "sshHandshakeMs" | "sshLoginMs">;
	log: Log;
};

const closeMs = 2_500;

type Waiting = { admission: Admission; address: string; timer: NodeJS.Timeout };

export async function openSshServer(o: SshServerOptions): Promise<SshServer> {
	const { ssh, log } = o;
	const hostKey = readHostKey(new SecretText(await readFile(ssh.hostKeyFile, "utf8")));
	const limits = openConnectionLimits();
	const logins = openLogins({ db: o.deps.db, credentials: o.credentials });
	const waiting = new Map<Socket, Waiting>();
	const connections = new Set<SshConnection>();

	const transports = createTransports({
		hostKey: hostKey.privateKey.reveal(),
		onTransport(transport) {
			const known = waiting.get(transport.socket);
			if (!known) return transport.destroy();
			new SshConnection({
				...o,
				transport,
				address: known.address,
				logins,
				onHandshake: () => clearTimeout(known.timer),
				onLogin(connection) {
					known.admission.authenticated();
					connections.add(connection);
				},
				onClose: (connection) => connections.delete(connection),
			});
		},
	});

	function accept(socket: Socket): void {
		const address = socket.remoteAddress ?? "";
		const admission = limits.admit(address);
		// RFC 4253, section 4.2: lines before the version are shown by clients that are asked to tell more.
		if (!admission) {
			log.debug({ address }, "an SSH connection too many");
			socket.end("Too many connections. Try again in a moment.\r\n");
			socket.on("error", () => socket.destroy());
			socket.resume();
			setTimeout(() => socket.destroy(), closeMs).unref();
			return;
		}
		const timer = setTimeout(() => socket.destroy(), o.limits.sshHandshakeMs);
		waiting.set(socket, { admission, address, timer });
		socket.setNoDelay(true);
		socket.once("close", () => {
			clearTimeout(timer);
			waiting.delete(socket);
			admission.ended();
		});
		transports.accept(socket);
	}

	const server = createServer(accept);
	server.on("error", (error) => log.error({ err: error }, "the SSH gateway's socket failed"));
	const port = () => (server.address() as AddressInfo | null)?.port ?? ssh.listen.port;

	return {
		get listening() {
			return { host: ssh.listen.host, port: port() };
		},
		door: {
			address: () => ({
				host: ssh.publicHost,
				port: ssh.publicPort ?? port(),
				hostKey: hostKey.publicKey,
				fingerprint: hostKey.fingerprint,
			}),
			activity: (credentialId) => activityOf(connections, credentialId),
		},
		listen: () =>
			new Promise((resolve, reject) => {
				server.once("error", reject);
				server.listen(ssh.listen, () => {
					server.off("error", reject);
					resolve();
				});
			}),
		async close() {
			const closed = new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve()));
			for (const connection of connections) connection.end("The server restarts. Connect again in a moment.");
			for (const socket of waiting.keys()) if (!socket.writableEnded) socket.destroySoon();
			const late = setTimeout(() => {
				for (const socket of waiting.keys()) socket.destroy();
			}, closeMs);
			await closed;
			clearTimeout(late);
		},
	};
}

function activityOf(connections: ReadonlySet<SshConnection>, credentialId: string): SshActivity | null {
	const own = [...connections].filter(({ signedIn }) => signedIn?.actor.credentialId === credentialId);
	const [first] = own;
	if (!first) return null;
	return {
		connections: own.length,
		isTty: own.some(({ traffic }) => traffic.isTty),
		lastActivityAt: new Date(Math.max(...own.map(({ traffic }) => traffic.lastActivityAt.getTime()))),
		bytesPerSecond: own.reduce((sum, { traffic }) => sum + traffic.bytesPerSecond, 0),
	};
}
