import type { SshKeyResponse } from "../../contract/ssh-keys.ts";
import type { SshKeyRow } from "../../db/ssh-keys.ts";
import { AppError } from "../../domain/errors.ts";
import { iso } from "../devboxes/devbox-response.ts";

export function toSshKeyResponse(row: SshKeyRow): SshKeyResponse {
	return {
		id: row.id,
		name: row.name,
		type: row.publicKey.split(" ")[0] ?? "",
		fingerprint: row.fingerprint,
		created_at: row.createdAt.toISOString(),
		last_used_at: iso(row.lastUsedAt),
		token_name: row.apiToken?.name ?? null,
		expires_at: iso(row.expiresAt),
	};
}

/** Whoever signs with a key is one person, so it can be registered by one alone. */
export function keyTaken(): AppError {
	return new AppError({
		code: "conflict",
		message:
			"Another user has registered this key. Make one of your own: ssh-keygen -t ed25519. If it is yours, tell an admin, and do not log in with it here: you would enter that user's devboxes, and with -A lend them your agent.",
	});
}
