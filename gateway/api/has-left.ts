import type { ServerResponse } from "node:http";
import type { HttpBindings } from "@hono/node-server";

/** The client is gone: a response that was closed already tells nobody so again, and who begins one now would serve it for ever. */
export function hasLeft({ outgoing }: Pick<HttpBindings, "outgoing">): boolean {
	const { destroyed, req } = outgoing as ServerResponse;
	return destroyed || req.socket.destroyed;
}
