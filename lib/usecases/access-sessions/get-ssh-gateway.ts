import type { SshGatewayResponse } from "../../contract/access-sessions.ts";
import { workspaceRequiresSshKey } from "../../db/access-sessions.ts";
import type { Actor } from "../../domain/actor.ts";
import type { Deps } from "../deps.ts";
import { requireSshDoor } from "./require-ssh-door.ts";

export async function getSshGateway(deps: Deps, actor: Actor): Promise<SshGatewayResponse> {
	const { host, port, hostKey, fingerprint } = requireSshDoor(deps).address();
	return {
		host,
		port,
		host_key: hostKey,
		host_key_fingerprint: fingerprint,
		known_hosts: `${port === 22 ? host : `[${host}]:${port}`} ${hostKey}`,
		requires_ssh_key: await workspaceRequiresSshKey(deps.db, actor.workspaceId),
	};
}
