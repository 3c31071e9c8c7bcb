import type { TerminalTicketResponse } from "../../contract/devbox-machine.ts";
import { insertTerminalTicket } from "../../db/terminal-tickets.ts";
import { hashToken, newToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { getEnterableDevbox } from "../devboxes/running-devbox.ts";

const ticketLifeMs = 30_000;

/** A ticket for one WebSocket: a browser cannot send a header with one, and a cookie alone would let other sites open it. */
export async function createTerminalTicket(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string }; body: { terminal: string } },
): Promise<TerminalTicketResponse> {
	const box = await getEnterableDevbox(deps, actor, input.params.id);
	const ticket = newToken();
	const expiresAt = new Date(Date.now() + ticketLifeMs);
	await insertTerminalTicket(deps.db, {
		tokenHash: hashToken(ticket),
		credentialId: actor.credentialId,
		devboxId: box.id,
		terminal: input.body.terminal,
		expiresAt,
	});
	return { ticket, url: `/api/v1/terminal?ticket=${ticket}`, expires_at: expiresAt.toISOString() };
}
