/** What a ticket opens: a named terminal in one of the actor's own running boxes, watched for as long as it is open. */
import type { Actor } from "../../lib/domain/actor.ts";
import type { AuditEvent } from "../../lib/domain/audit.ts";
import type { BoxChannel } from "../../lib/domain/box-link.ts";
import { AppError } from "../../lib/domain/errors.ts";
import type { Log } from "../../lib/log/log.ts";
import type { BoxDeps } from "../../lib/usecases/deps.ts";
import { linkToDevbox } from "../../lib/usecases/devboxes/running-devbox.ts";
import { redeemTerminalTicket } from "../../lib/usecases/terminals/redeem-terminal-ticket.ts";
import type { AuditQueue } from "../audit/audit-queue.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { type DevboxWatch, openDevboxWatch } from "../hosts/devbox-watch.ts";
import type { TerminalSize } from "./terminal-connection.ts";

export type TerminalTarget = {
	open(size: TerminalSize, signal: AbortSignal): Promise<BoxChannel>;
	/** Why nothing can run in the box any more; null while it can, and while the database cannot say. */
	findEnd(): Promise<string | null>;
	/** Somebody typed. */
	touch(): void;
	stopWatching(): void;
};

export function openTerminalTarget(o: {
	deps: BoxDeps;
	actor: Actor;
	ticket: string;
	/** The client's. */
	address: string;
	audit: AuditQueue;
	changes: ChangeFeed;
	onEnd: (reason: string) => void;
	log: Log;
}): TerminalTarget {
	let watch: DevboxWatch | null = null;
	let opened: { devboxId: string; terminal: string; at: number } | null = null;
	return {
		async open(size, signal) {
			const { devboxId, terminal } = await redeemTerminalTicket(o.deps, o.actor, o);
			opened = { devboxId, terminal, at: performance.now() };
			if (signal.aborted) throw new AppError({ code: "unavailable", message: "The browser has gone." });
			watch = openDevboxWatch({ ...o, devboxId });
			const link = await linkToDevbox(o.deps, o.actor, { id: devboxId, user: "devbox", signal });
			watch.touch();
			return link.open({
				// The ticket's name passed the contract's pattern: it needs no quoting.
				command: `/usr/lib/devbox/terminal ${terminal} ${size.cols} ${size.rows}`,
				env: { COLORTERM: "truecolor", LANG: "C.UTF-8" },
				pty: { term: "xterm-256color", ...size },
				signal,
			});
		},
		findEnd: async () => (watch ? watch.findEnd() : null),
		touch: () => watch?.touch(),
		stopWatching() {
			watch?.close();
			if (opened) o.audit.add(closeEvent(o, opened));
		},
	};
}

function closeEvent(
	{ actor, address }: { actor: Actor; address: string },
	{ devboxId: id, terminal, at }: { devboxId: string; terminal: string; at: number },
): AuditEvent {
	const seconds = Math.round((performance.now() - at) / 1000);
	const target = { kind: "devbox", id };
	const { workspaceId } = actor;
	return {
		workspaceId,
		actor,
		action: "terminal.close",
		target,
		outcome: "success",
		address,
		detail: { terminal, seconds },
	};
}
