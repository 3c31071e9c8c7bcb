import type { GithubConnectResponse } from "../../contract/github.ts";
import { AppError } from "../../domain/errors.ts";

/** Throws `not_supported`: there is nowhere to send the person to. */
export async function connectGithub(): Promise<GithubConnectResponse> {
	throw new AppError({
		code: "not_supported",
		message:
			"This server cannot connect a GitHub account. Public repositories can be cloned without it: name them when you create a devbox.",
	});
}
