import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import type { BoxDeps } from "../deps.ts";
import { linkToDevbox } from "../devboxes/running-devbox.ts";

/** Ends the terminal and what runs in it. The name is checked by the contract: it needs no quoting. */
export async function deleteTerminal(
	deps: BoxDeps,
	actor: Actor,
	input: { params: { id: string; terminal: string } },
): Promise<void> {
	const link = await linkToDevbox(deps, actor, { id: input.params.id, user: "devbox" });
	const result = await link.run({
		command: `/usr/lib/devbox/terminals kill ${input.params.terminal}`,
		timeoutMs: 5_000,
	});
	if (result.code === 0) return;
	throw new AppError({ code: "not_found", message: `There is no terminal ${input.params.terminal} in this devbox.` });
}
