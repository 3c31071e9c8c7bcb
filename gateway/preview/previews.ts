/**
 * Previews: what listens in a devbox, on host names of its own, for the devbox's owner. In the order in which a request meets them:
 * the ticket that hands a visitor over from the dashboard; the session that came of it; whether a page of this devbox asks; whether
 * the devbox runs; then the way in, over the link.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Database } from "../../lib/db/database.ts";
import { touchDevbox } from "../../lib/db/devboxes.ts";
import type { BoxUser } from "../../lib/domain/box-link.ts";
import { instanceName } from "../../lib/domain/ids.ts";
import {
	dashboardSeenBy,
	type PreviewBase,
	type PreviewTarget,
	parsePreviewHost,
	previewBaseSeenBy,
	safePreviewPath,
} from "../../lib/domain/preview-host.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import { actionsOf } from "../../lib/usecases/devboxes/devbox-response.ts";
import { handOverPath } from "../../lib/usecases/previews/issue-preview-ticket.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { Credentials } from "../credentials/credentials.ts";
import type { RequestEdge } from "../edge/request-edge.ts";
import { answerAuthorize, authorizeUrl, redirect } from "./authorize-endpoint.ts";
import { type BoxConnections, openBoxConnections } from "./box-connections.ts";
import { isForeignPage } from "./foreign-page.ts";
import { forwardRequest } from "./forward-request.ts";
import { forwardUpgrade, plainResponse } from "./forward-upgrade.ts";
import { handOver } from "./hand-over.ts";
import {
	failureNotice,
	foreignPageNotice,
	noHttp2Notice,
	notRunningNotice,
	notSignedInNotice,
	troubleNotice,
} from "./notices.ts";
import { portIndex } from "./port-index.ts";
import { previewCookieName, readPreviewTokens } from "./preview-cookie.ts";
import { boxRequestHeaders } from "./preview-headers.ts";
import { answerNotice, isNavigation } from "./preview-pages.ts";
import { openPreviewSessions, type PreviewAccess } from "./preview-sessions.ts";

export type Previews = {
	/** Null for a host that is no preview's. */
	targetOf(hostHeader: string): PreviewTarget | null;
	handle(request: IncomingMessage, response: ServerResponse, target: PreviewTarget): void;
	handleUpgrade(request: IncomingMessage, socket: Duplex, o: { head: Buffer; target: PreviewTarget }): void;
	/** On the dashboard's origin. */
	authorize(request: IncomingMessage, response: ServerResponse): void;
	close(): void;
};

export type PreviewOptions = {
	deps: BoxDeps;
	credentials: Credentials;
	changes: ChangeFeed;
	cookieName: string;
	publicUrl: URL;
	readEdge: (request: IncomingMessage) => RequestEdge;
	log: Log;
};

const idleCheckMs = 60_000;
const touchEveryMs = 30_000;

/** Null where previews have no domain. */
export function openPreviews(o: PreviewOptions): Previews | null {
	const base = o.deps.previewBase;
	return base && new PreviewServer(o, base);
}

type Box = { connections: BoxConnections; touchedAt: number };
type Visit = { target: PreviewTarget; edge: RequestEdge; dashboard: string };

class PreviewServer implements Previews {
	readonly #o: PreviewOptions;
	readonly #db: Database;
	readonly #base: PreviewBase;
	readonly #sessions: ReturnType<typeof openPreviewSessions>;
	readonly #boxes = new Map<string, Box>();
	readonly #sweep: NodeJS.Timeout;

	constructor(o: PreviewOptions, base: PreviewBase) {
		this.#o = o;
		this.#db = o.deps.db;
		this.#base = base;
		this.#sessions = openPreviewSessions({ db: o.deps.db, changes: o.changes, log: o.log });
		this.#sweep = setInterval(() => this.#dropIdle(), idleCheckMs).unref();
	}

	targetOf(hostHeader: string): PreviewTarget | null {
		return parsePreviewHost(this.#base, hostHeader);
	}

	authorize(request: IncomingMessage, response: ServerResponse): void {
		void answerAuthorize(request, response, { ...this.#o, db: this.#db, base: this.#base });
	}

	handle(request: IncomingMessage, response: ServerResponse, target: PreviewTarget): void {
		this.#serve(request, response, target).catch((error) => this.#answerTrouble(request, response, error));
	}

	handleUpgrade(request: IncomingMessage, socket: Duplex, o: { head: Buffer; target: PreviewTarget }): void {
		// Nobody else listens to a socket that was taken from the server.
		socket.on("error", () => socket.destroy());
		this.#serveUpgrade(request, socket, o)
			.catch((error) => this.#answerTrouble(request, plainResponse(request, socket), error))
			.catch(() => socket.destroy());
	}

	close(): void {
		clearInterval(this.#sweep);
		this.#sessions.close();
		for (const { connections } of this.#boxes.values()) connections.close();
	}

	async #serve(request: IncomingMessage, response: ServerResponse, target: PreviewTarget): Promise<void> {
		const visit = this.#visitOf(request, target);
		const access = await this.#findAccess(request, visit);
		if (access) this.#endWith(access, response);
		if (request.url?.split("?", 1)[0] === handOverPath)
			return handOver({ request, response, db: this.#db, ...visit, isSignedIn: access !== null });
		if (!access) return this.#refuse(request, response, visit);
		const refusal = this.#refusalOf(request, access, visit);
		if (refusal) return answerNotice(request, response, refusal);
		const { port } = target;
		if (port === null) return this.#answerIndex(request, response, { access, visit });
		const onFailure = (error: unknown) =>
			answerNotice(request, response, failureNotice(error, { access, dashboard: visit.dashboard, port }));
		const headers = boxRequestHeaders(request.headers, visit.edge);
		await forwardRequest({ request, response, headers, box: this.#boxOf(access), port, onFailure });
	}

	async #serveUpgrade(
		request: IncomingMessage,
		socket: Duplex,
		{ head, target }: { head: Buffer; target: PreviewTarget },
	): Promise<void> {
		const visit = this.#visitOf(request, target);
		const access = await this.#findAccess(request, visit);
		if (access) this.#endWith(access, socket);
		const { port } = target;
		const answer = (notice: Parameters<typeof answerNotice>[2]) =>
			answerNotice(request, plainResponse(request, socket), notice);
		if (!access || port === null) return answer(notSignedInNotice());
		const refusal = isPlaintextHttp2(request) ? noHttp2Notice() : this.#refusalOf(request, access, visit);
		if (refusal) return answer(refusal);
		forwardUpgrade({
			request,
			socket,
			head,
			headers: boxRequestHeaders(request.headers, visit.edge),
			box: this.#boxOf(access),
			port,
			onFailure: (error) => answer(failureNotice(error, { access, dashboard: visit.dashboard, port })),
		});
	}

	/** What is under way ends with the session that it came by. */
	#endWith(access: PreviewAccess, stream: ServerResponse | Duplex): void {
		if (stream.destroyed || stream.closed) return;
		stream.once(
			"close",
			this.#sessions.watch(access, () => void stream.destroy()),
		);
	}

	#visitOf(request: IncomingMessage, target: PreviewTarget): Visit {
		const edge = this.#o.readEdge(request);
		const { publicUrl } = this.#o;
		return { target, edge, dashboard: dashboardSeenBy({ base: this.#base, publicUrl, hostHeader: edge.host }) };
	}

	#findAccess(request: IncomingMessage, { edge, target }: Visit): Promise<PreviewAccess | null> {
		const tokens = readPreviewTokens(request.headers.cookie, previewCookieName(edge.protocol));
		return this.#sessions.find(tokens, target);
	}

	/** To the dashboard, whether or not there is such a devbox: only its owner shall learn that. */
	#refuse(request: IncomingMessage, response: ServerResponse, { dashboard, target }: Visit): void {
		if (!isNavigation(request)) return answerNotice(request, response, notSignedInNotice());
		redirect(response, authorizeUrl({ dashboard, target, path: safePreviewPath(request.url) }));
	}

	#refusalOf(request: IncomingMessage, access: PreviewAccess, { target, dashboard }: Visit) {
		const asked = { base: this.#base, target, isNavigation: isNavigation(request) };
		if (isForeignPage(request.headers, asked)) return foreignPageNotice();
		const isRunning = access.hostId !== null && actionsOf(access).includes("open_terminal");
		return isRunning ? null : notRunningNotice({ access, dashboard });
	}

	async #answerIndex(
		request: IncomingMessage,
		response: ServerResponse,
		{ access, visit }: { access: PreviewAccess; visit: Visit },
	): Promise<void> {
		const { name, devboxId } = access;
		const { label } = visit.target;
		const { dashboard } = visit;
		const base = previewBaseSeenBy(this.#base, visit.edge.host);
		try {
			const openRootLink = (signal: AbortSignal) => this.#openLink(access, "root", signal);
			const index = await portIndex({ name, base, label, dashboard, devboxId, openRootLink });
			if ("to" in index) redirect(response, index.to);
			else answerNotice(request, response, index);
		} catch (error) {
			answerNotice(request, response, failureNotice(error, { access, dashboard, port: 0 }));
		}
	}

	#boxOf(access: PreviewAccess): BoxConnections {
		const { devboxId } = access;
		let box = this.#boxes.get(devboxId);
		if (!box) {
			const openLink = (signal: AbortSignal) => this.#openLink(access, "devbox", signal);
			box = { connections: openBoxConnections({ openLink }), touchedAt: 0 };
			this.#boxes.set(devboxId, box);
		}
		this.#touch(devboxId, box);
		return box.connections;
	}

	#openLink({ hostId, devboxId }: PreviewAccess, user: BoxUser, signal: AbortSignal) {
		return this.#o.deps.linksOf(hostId ?? "").get({ instance: instanceName(devboxId), user, signal });
	}

	#touch(devboxId: string, box: Box): void {
		if (Date.now() - box.touchedAt < touchEveryMs) return;
		box.touchedAt = Date.now();
		touchDevbox(this.#db, devboxId).catch((error) =>
			this.#o.log.warn({ err: error }, "a devbox's last use was not noted"),
		);
	}

	#dropIdle(): void {
		for (const [id, box] of this.#boxes) {
			const { connections } = box;
			if (connections.isIdle) {
				connections.close();
				this.#boxes.delete(id);
				// An open page of a preview is use of its box, also while nothing is asked for.
			} else this.#touch(id, box);
		}
	}

	#answerTrouble(request: IncomingMessage, response: ServerResponse, error: unknown): void {
		this.#o.log.error({ err: error }, "a preview's request failed");
		answerNotice(request, response, troubleNotice(error));
	}
}

/** Its later requests would be past every check of ours. */
function isPlaintextHttp2(request: IncomingMessage): boolean {
	return /\bh2c\b/i.test(request.headers.upgrade ?? "");
}
