import { AppError } from "../../domain/errors.ts";

export function policyNotFound(id: string): AppError {
	return new AppError({
		code: "not_found",
		message: `There is no network policy ${JSON.stringify(id.slice(0, 80))} in this workspace. List them with GET /network-policies.`,
	});
}
