import { randomBytes } from "node:crypto";
import type { CreateAccessSessionResponse } from "../../contract/access-sessions.ts";
import { insertAccessSession, workspaceRequiresSshKey } from "../../db/access-sessions.ts";
import { makerTokensOf } from "../../db/maker-tokens.ts";
import { countSshKeys } from "../../db/ssh-keys.ts";
import { hashToken } from "../../db/token-hash.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { accessSessionPrefix } from "../../domain/ssh-login.ts";
import type { Deps } from "../deps.ts";
import { getEnterableDevbox } from "../devboxes/running-devbox.ts";
import { requireSshDoor } from "./require-ssh-door.ts";

const lifetimeMs = 8 * 60 * 60 * 1000;
const livePerDevboxMax = 100;
/** Where the image keeps repositories. */
const workspacePath = "/workspaces";

/** A secret that opens one running box by SSH. Only its hash is kept. */
export async function createAccessSession(
	deps: Deps,
	actor: Actor,
	input: { params: { id: string } },
): Promise<CreateAccessSessionResponse> {
	const { db } = deps;
	const box = await getEnterableDevbox(deps, actor, input.params.id);
	const { host, port, fingerprint } = requireSshDoor(deps).address();
	const requiresSshKey = await workspaceRequiresSshKey(db, actor.workspaceId);
	const hasSshKey = !requiresSshKey || (await countSshKeys(db, actor.userId)) > 0;
	const secret = accessSessionPrefix + randomBytes(24).toString("base64url");
	const row = await insertAccessSession(db, {
		devboxId: box.id,
		userId: actor.userId,
		tokenHash: hashToken(secret),
		maker: makerTokensOf(actor),
		expiresAt: new Date(Date.now() + lifetimeMs),
		liveMax: livePerDevboxMax,
	});
	if (!row) throw tooMany(box.name);
	return {
		id: row.id,
		session_id: secret,
		expires_at: row.expiresAt.toISOString(),
		command: `ssh ${secret}@${host} -p ${port}`,
		ssh: {
			host,
			port,
			username: secret,
			workspace_path: workspacePath,
			host_key_fingerprint: fingerprint,
			proxy_command: null,
			ssh_port: port,
			proxy_host: null,
		},
		requires_ssh_key: requiresSshKey,
		notice: requiresSshKey ? keyNotice(hasSshKey) : null,
	};
}

function keyNotice(hasSshKey: boolean): string {
	const asks = "This workspace asks for a registered SSH key of yours as well.";
	return hasSshKey ? asks : `${asks} You have none yet: register one with PUT /users/me/ssh-key before you connect.`;
}

function tooMany(name: string): AppError {
	return new AppError({
		code: "conflict",
		message: `${name} has ${livePerDevboxMax} access sessions in force. Revoke some, or wait until they expire.`,
	});
}
