import { AppError } from "../../domain/errors.ts";
import { secretLimits } from "../../domain/secrets.ts";

export function noSuchVersion(name: string, version: number): AppError {
	return new AppError({
		code: "not_found",
		message: `${name} has no version ${version}: the ${secretLimits.versionsMax} newest are kept. List them with GET /secrets/{id}/versions.`,
	});
}
