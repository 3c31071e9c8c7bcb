import { AppError } from "../../domain/errors.ts";

/** This server cannot connect a GitHub account: to say that there are no repositories would be another thing. */
export function githubNotConnected(): AppError {
	return new AppError({
		code: "conflict",
		message:
			"GitHub is not connected, and this server cannot connect it. Public repositories can be cloned without it: name them when you create a devbox.",
	});
}
