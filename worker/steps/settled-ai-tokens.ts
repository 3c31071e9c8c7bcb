import type { SettledAiTokens } from "../../lib/db/devbox-inputs.ts";
import type { Brought } from "../../lib/usecases/environment/bring-environment.ts";

/** What the database is told of them once they are in the box. */
export function settledAiTokens(brought: Brought | null): SettledAiTokens | undefined {
	return brought ? { present: brought.aiTokensPresent, sealed: brought.environment.aiTokensSealed } : undefined;
}
