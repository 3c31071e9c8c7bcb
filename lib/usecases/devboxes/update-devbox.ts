import type { UpdateDevboxRequest } from "../../contract/devbox-rules.ts";
import type { DevboxResponse } from "../../contract/devboxes.ts";
import { getDevboxRow, updateDevboxRow } from "../../db/devboxes.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import { idleTimeouts, parseExpiry } from "../../domain/lifetime-rules.ts";
import { requireInsideWithSecrets } from "../../domain/permissions.ts";
import { lockedWords } from "../../domain/resolve-inputs.ts";
import type { WorkspaceDefaults } from "../../domain/workspace-defaults.ts";
import type { Deps } from "../deps.ts";
import { toDevboxResponse } from "./devbox-response.ts";

/**
 * Who sees the box, whether its owner's credentials come into it, and when it ends by itself, changed by its owner. Visibility holds at once: live lists lose a box that is private
 * again. What the workspace has locked stays as it is: for an expiry that means that no time is added either.
 */
export async function updateDevbox(
	deps: Deps,
	actor: Actor,
	{ params: { id }, body }: { params: { id: string }; body: UpdateDevboxRequest },
): Promise<DevboxResponse> {
	if (body.credentials_withheld === false) requireInsideWithSecrets(actor, "Allowing your credentials in a devbox");
	refuseLocked(body, await getWorkspaceDefaults(deps.db, actor));
	const isChanged = await updateDevboxRow(deps.db, actor, id, changesOf(body, new Date()));
	const row = await getDevboxRow(deps.db, actor, id);
	if (isChanged) return toDevboxResponse(row, deps, actor);
	throw new AppError({ code: "wrong_state", message: `${row.name} is destroyed; nothing of it can be changed.` });
}

/** Naming the idle rule counts as use, so that its countdown begins anew; an expiry counts from now. */
function changesOf(body: UpdateDevboxRequest, now: Date) {
	const {
		access_mode: accessMode,
		credentials_withheld: withheld,
		auto_stop_idle_timeout: idle,
		expires_after: expiry,
	} = body;
	const seconds = expiry === undefined ? null : parseExpiry(expiry);
	const expiresAt = seconds === null ? null : new Date(now.getTime() + seconds * 1000);
	return {
		...(accessMode === undefined ? {} : { accessMode }),
		...(withheld === undefined ? {} : { credentialsWithheld: withheld }),
		...(idle === undefined ? {} : { idleTimeoutSeconds: idleTimeouts[idle], lastUsedAt: now }),
		...(expiry === undefined ? {} : { expiresAfterSeconds: seconds, expiresAt }),
	};
}

function refuseLocked(body: UpdateDevboxRequest, { values, locked }: WorkspaceDefaults): void {
	const { auto_stop_idle_timeout: idle, expires_after: expiry } = body;
	if (idle !== undefined && idle !== values.auto_stop_idle_timeout && locked.includes("auto_stop_idle_timeout"))
		throw invalidField("auto_stop_idle_timeout", lockedWords("auto_stop_idle_timeout", values));
	if (expiry !== undefined && locked.includes("expires_after"))
		throw invalidField("expires_after", lockedWords("expires_after", values));
}
