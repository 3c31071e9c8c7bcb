import { AppError } from "../../domain/errors.ts";
import type { SshDoor } from "../../domain/ssh-door.ts";
import type { Deps } from "../deps.ts";

/** Throws `not_supported` where this installation has no SSH gateway. */
export function requireSshDoor({ ssh }: Pick<Deps, "ssh">): SshDoor {
	if (ssh) return ssh;
	throw new AppError({
		code: "not_supported",
		message:
			"This installation does not serve SSH. Its admin can turn it on with `npm start -- --ssh-listen host:port`.",
	});
}
