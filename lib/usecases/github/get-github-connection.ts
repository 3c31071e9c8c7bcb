import type { GithubConnectionResponse } from "../../contract/github.ts";
import { AppError } from "../../domain/errors.ts";

/** Throws `not_found` while no account is connected. */
export async function getGithubConnection(): Promise<GithubConnectionResponse> {
	throw new AppError({ code: "not_found", message: "No GitHub account is connected." });
}
