import type { AiTokenHeaders } from "../../contract/ai-tokens.ts";
import type { CreateDevboxRequest } from "../../contract/devboxes.ts";
import type { NewDevboxInputs } from "../../db/devbox-inputs.ts";
import type { AiTokens } from "../../domain/devbox-inputs.ts";
import type { Sealer } from "../../domain/sealer.ts";
import { SecretText } from "../../domain/secret-text.ts";

type Asked = {
	/** With the workspace's defaults filled in. */
	body: Pick<CreateDevboxRequest, "env" | "credential_profile"> & {
		setup_commands: string[];
		setup_timeout_seconds: number;
	};
	headers: AiTokenHeaders;
};

/** What is asked for beside image, size and repositories, its values sealed for this box. */
export function sealedInputs(
	asked: Asked,
	o: { sealer: Sealer; workspaceId: string; id: string; inheritsSecrets: boolean },
): NewDevboxInputs {
	const {
		env,
		setup_commands: setupCommands,
		setup_timeout_seconds: setupTimeoutSeconds,
		credential_profile,
	} = asked.body;
	const { inject_claude_token: injectClaudeToken, inject_codex_token: injectCodexToken } = credential_profile;
	const values = Object.fromEntries(env.flatMap((entry) => ("value" in entry ? [[entry.name, entry.value]] : [])));
	const envNames = Object.keys(values);
	const at = { workspaceId: o.workspaceId, id: o.id, version: 1 };
	const tokens = tokensOf(asked);
	return {
		env: envNames.length > 0 ? o.sealer.seal(SecretText.ofJson(values), { ...at, purpose: "devbox-env" }) : null,
		envNames,
		inheritsSecrets: o.inheritsSecrets,
		aiTokens: tokens ? o.sealer.seal(SecretText.ofJson(tokens), { ...at, purpose: "devbox-ai-tokens" }) : null,
		injectClaudeToken,
		injectCodexToken,
		setupCommands,
		setupTimeoutSeconds,
	};
}

/** Only what was asked to be injected is kept at all. */
function tokensOf({ body, headers }: Asked): AiTokens | null {
	const tokens: AiTokens = {};
	const claude = headers["X-Claude-Token"];
	const codex = headers["X-Codex-Token"];
	if (body.credential_profile.inject_claude_token && claude) tokens.claude = claude;
	if (body.credential_profile.inject_codex_token && codex) tokens.codex = codex;
	return Object.keys(tokens).length > 0 ? tokens : null;
}
