/**
 * `GET /api/v1/terminal`: from the upgrade to the end. Another site's page is refused by its Origin, a stranger by the cookie, and
 * a link that leaked by its ticket: it opens once, for the session that asked for it.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { requireScope } from "../../lib/domain/actor.ts";
import { AppError, errorCodes } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import {
	type Credential,
	type Credentials,
	credentialOf,
	notSignedIn,
	type SignedIn,
} from "../credentials/credentials.ts";
import { refuseUpgrade } from "../edge/refuse-upgrade.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { isOwnOrigin } from "../edge/same-origin.ts";
import { TerminalConnection } from "./terminal-connection.ts";
import { openTerminalTarget, type TerminalTarget } from "./terminal-target.ts";

export type TerminalServer = {
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
	/** Tells every client that the server goes, and takes no more. */
	close(): void;
};

type Admitted = { credential: Credential; signedIn: SignedIn; ticket: string; address: string };

type TerminalServerOptions = {
	deps: BoxDeps;
	credentials: Credentials;
	audit: AuditQueue;
	changes: ChangeFeed;
	cookieName: string;
	publicUrl: URL;
	readEdge: (request: IncomingMessage) => RequestEdge;
	log: Log;
};

export const terminalsPerCredentialMax = 50;
const messageBytesMax = 1024 * 1024;
const pingEveryMs = 20_000;

export function openTerminalServer(o: TerminalServerOptions): TerminalServer {
	const server = new WebSocketServer({
		noServer: true,
		perMessageDeflate: false,
		maxPayload: messageBytesMax,
		clientTracking: false,
	});
	const connections = new Map<TerminalConnection, string>();
	let isClosing = false;
	const heartbeat = setInterval(() => {
		for (const connection of [...connections.keys()]) connection.checkAlive();
	}, pingEveryMs);
	heartbeat.unref();

	async function admit(request: IncomingMessage): Promise<Admitted> {
		const credential = credentialOf(request.headers, o.cookieName);
		// A page of another site can send our cookie, but no token.
		const isPage = credential?.kind !== "tokens" || request.headers.origin !== undefined;
		if (isPage && !isOwnOrigin(request.headers.origin, { edge: o.readEdge(request), publicUrl: o.publicUrl }))
			throw new AppError({ code: "forbidden", message: `Terminals open from pages of ${o.publicUrl.origin} only.` });
		const signedIn = credential && (await o.credentials.find(credential));
		if (!credential || !signedIn) throw notSignedIn(credential);
		requireScope(signedIn.actor, "exec");
		const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
		return { credential, signedIn, ticket: query.get("ticket") ?? "", address: o.readEdge(request).clientAddress };
	}

	function serve(webSocket: WebSocket, admitted: Admitted): void {
		const { actor } = admitted.signedIn;
		const open = [...connections.values()].filter((credentialId) => credentialId === actor.credentialId).length;
		const log = o.log.child({ user: actor.userId });
		const target: TerminalTarget = openTerminalTarget({
			deps: o.deps,
			actor,
			ticket: admitted.ticket,
			address: admitted.address,
			audit: o.audit,
			changes: o.changes,
			onEnd: (reason) => connection.close("not_running", reason),
			log,
		});
		const connection = new TerminalConnection({
			socket: webSocket,
			openChannel: target.open,
			async explainLoss() {
				const reason = await target.findEnd();
				return reason ? { code: "not_running", reason } : null;
			},
			onInput: target.touch,
			log,
		});
		connections.set(connection, actor.credentialId);
		const stopWatching = o.credentials.watch(admitted.credential, admitted.signedIn, () =>
			connection.close("session_ended", "Your session has ended. Sign in again."),
		);
		webSocket.on("close", () => {
			connections.delete(connection);
			stopWatching();
			target.stopWatching();
		});
		if (open >= terminalsPerCredentialMax)
			connection.close(
				"too_many",
				`You have ${open} terminals open, which is the most per session or token. Close one.`,
			);
		else if (isClosing) connection.close("shutting_down", shutdownWords);
	}

	return {
		handleUpgrade(request, socket, head) {
			const onError = (error: Error) => o.log.debug({ err: error }, "an upgrade's socket broke");
			socket.on("error", onError);
			admit(request).then(
				(admitted) => {
					socket.off("error", onError);
					if (!socket.destroyed) server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, admitted));
				},
				(error: unknown) => {
					if (!(error instanceof AppError)) o.log.error({ err: error }, "a terminal's upgrade failed");
					const code = error instanceof AppError ? error.code : "internal";
					const message = error instanceof AppError ? error.message : "Something failed on our side.";
					refuseUpgrade(socket, errorCodes[code].status, message);
				},
			);
		},
		close() {
			isClosing = true;
			clearInterval(heartbeat);
			for (const connection of [...connections.keys()]) connection.close("shutting_down", shutdownWords);
			server.close();
		},
	};
}

const shutdownWords = "The server restarts. The terminal comes back by itself.";
