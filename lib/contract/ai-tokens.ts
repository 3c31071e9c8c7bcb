/** Tokens of AI services, as a request brings them along. */
import { z } from "zod";
import { aiTokenBytesMax } from "../domain/devbox-inputs.ts";
import { secretText } from "./secret-field.ts";

export const aiToken = secretText(
	z
		.string()
		.min(1)
		.max(aiTokenBytesMax, `A token has at most ${aiTokenBytesMax} bytes.`)
		.regex(/^[\x21-\x7e]+$/, "A token has visible ASCII characters only."),
);

export const aiTokenHeaders = z.object({
	"X-Claude-Token": aiToken.optional().meta({ description: "For `inject_claude_token`" }),
	"X-Codex-Token": aiToken.optional().meta({ description: "For `inject_codex_token`" }),
});
export type AiTokenHeaders = z.output<typeof aiTokenHeaders>;
