import type { NetworkDefaultRequest, NetworkDefaultResponse } from "../../contract/network.ts";
import { canAnyHostEnforce, setNetworkDefaultRow } from "../../db/network-policies.ts";
import type { Actor } from "../../domain/actor.ts";
import { invalidField } from "../../domain/errors.ts";
import type { Deps } from "../deps.ts";
import { getNetworkDefault } from "./get-network-default.ts";

export async function setNetworkDefault(
	deps: Deps,
	actor: Actor,
	{ body }: { body: NetworkDefaultRequest },
): Promise<NetworkDefaultResponse> {
	const { mode, egress_domains: domains, is_locked: isLocked } = body;
	if ((mode === "open" || mode === "none") && domains.length > 0)
		throw invalidField("egress_domains", `The mode ${mode} takes no names: use enforce, or leave them out.`);
	if (mode === "enforce" && domains.length === 0)
		throw invalidField(
			"egress_domains",
			"The mode enforce wants at least one name. For no network at all the mode is none.",
		);
	if (mode !== "open" && !(await canAnyHostEnforce(deps.db)))
		throw invalidField(
			"mode",
			"No host here can enforce a network policy: the product must be started as root on the host.",
		);
	await setNetworkDefaultRow(deps.db, actor, { networkMode: mode, networkDomains: domains, networkLocked: isLocked });
	return getNetworkDefault(deps, actor);
}
