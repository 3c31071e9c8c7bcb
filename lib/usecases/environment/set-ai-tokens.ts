import type { AiTokenHeaders } from "../../contract/ai-tokens.ts";
import type { DevboxResponse } from "../../contract/devboxes.ts";
import type { SetAiTokensRequest } from "../../contract/environment.ts";
import { keepAiTokens } from "../../db/ai-tokens.ts";
import { getDevboxRow } from "../../db/devboxes.ts";
import type { Actor } from "../../domain/actor.ts";
import type { AiTokens } from "../../domain/devbox-inputs.ts";
import { AppError, invalidField } from "../../domain/errors.ts";
import { SecretText, textsOf } from "../../domain/secret-text.ts";
import type { CreateDeps } from "../deps.ts";
import { toDevboxResponse } from "../devboxes/devbox-response.ts";

/** Sealed until they are in the box: at once while it runs, else with its next start. Then they are deleted. */
export async function setAiTokens(
	deps: CreateDeps,
	actor: Actor,
	input: { params: { id: string }; headers: AiTokenHeaders; body: SetAiTokensRequest },
): Promise<DevboxResponse> {
	const { db, sealer } = deps;
	const row = await getDevboxRow(db, actor, input.params.id);
	const tokens = tokensOf(input);
	if (Object.keys(tokens).length === 0)
		throw invalidField("claude_token", "Give at least one token: claude_token or codex_token.");
	const { workspaceId } = actor;
	const sealedFor = { workspaceId, purpose: "devbox-ai-tokens" as const, id: row.id, version: 1 };
	const isKept = await keepAiTokens(db, {
		workspaceId,
		devboxId: row.id,
		tools: { claude: tokens.claude !== undefined, codex: tokens.codex !== undefined },
		// One that is given does not take away another that still waits.
		seal: (waiting) => {
			const before = waiting ? textsOf(sealer.open(waiting, sealedFor)) : {};
			return sealer.seal(SecretText.ofJson({ ...before, ...tokens }), sealedFor);
		},
	});
	if (isKept) return toDevboxResponse(await getDevboxRow(db, actor, row.id), deps, actor);
	throw new AppError({
		code: "wrong_state",
		message: `${row.displayName ?? row.name} is ${row.state}: tokens are given to a devbox that is ready or stopped.`,
	});
}

function tokensOf({ headers, body }: { headers: AiTokenHeaders; body: SetAiTokensRequest }): AiTokens {
	const claude = headers["X-Claude-Token"] ?? body.claude_token;
	const codex = headers["X-Codex-Token"] ?? body.codex_token;
	return { ...(claude ? { claude } : {}), ...(codex ? { codex } : {}) };
}
