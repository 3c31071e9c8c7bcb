import type { AiTokenHeaders } from "../../contract/ai-tokens.ts";
import type { CreateDevboxRequest, DevboxResponse } from "../../contract/devboxes.ts";
import { insertDevbox, type NewDevboxName } from "../../db/devboxes.ts";
import { findImageRow, listImageRows } from "../../db/images.ts";
import { getOwnMember, listAdminLogins } from "../../db/members.ts";
import { canAnyHostEnforce } from "../../db/network-policies.ts";
import { policyOfChoice } from "../../db/tailscale.ts";
import { appliedSettings, getUserSettingsRow } from "../../db/user-settings.ts";
import { getWorkspaceDefaults } from "../../db/workspace-defaults.ts";
import type { Actor } from "../../domain/actor.ts";
import { devboxNameProblem, labelOf } from "../../domain/devbox-name.ts";
import { invalidField } from "../../domain/errors.ts";
import { newId } from "../../domain/ids.ts";
import { idleTimeouts, parseExpiry } from "../../domain/lifetime-rules.ts";
import { actorMay } from "../../domain/permissions.ts";
import { hasNothingToApply } from "../../domain/personal-settings.ts";
import { checkDevboxQuota } from "../../domain/quota.ts";
import { type ResolvedValues, recordOf, resolveInputs, type ValueSource } from "../../domain/resolve-inputs.ts";
import { quotaIn } from "../../domain/workspace-defaults.ts";
import type { CreateDeps } from "../deps.ts";
import { choosePolicy } from "../network/choose-policy.ts";
import { chooseTailscale } from "../tailscale/choose-tailscale.ts";
import { toDevboxResponse } from "./devbox-response.ts";
import { requestedRepositories } from "./requested-repositories.ts";
import { requestedSecrets } from "./requested-secrets.ts";
import { sealedInputs } from "./sealed-inputs.ts";

/**
 * Fills in the workspace's defaults, checks name, quota and image, seals the secrets, writes the row with its inputs, run and operations in one transaction, and
 * answers: a worker does the rest.
 */
export async function createDevbox(
	deps: CreateDeps,
	actor: Actor,
	input: { body: CreateDevboxRequest; headers: AiTokenHeaders },
	made: { newId?: string } = {},
): Promise<DevboxResponse> {
	const { db, sealer } = deps;
	const { body: asked } = input;
	const name = newName(actor, asked.name);
	const defaults = await getWorkspaceDefaults(db, actor);
	const resolved = resolveInputs(asked, defaults);
	const body = { ...asked, ...requestOf(resolved.values) };
	const repositories = requestedRepositories(body, deps);
	const [secrets, image, member, admins] = await Promise.all([
		requestedSecrets(db, actor, body.env),
		findImage(db, body.image, resolved.from.image),
		getOwnMember(db, actor),
		listAdminLogins(db, actor),
	]);
	const limit = quotaIn(defaults, member.devboxQuota);
	const id = made.newId ?? newId("devbox");
	// A token that may not use secrets does not get at them through what is in all boxes either.
	const inheritsSecrets = actorMay(actor, "secret.use");
	const network = await choosePolicy(deps, actor, {
		ask: resolved.values.network_policy,
		place: ["network_policy"],
		canEnforce: () => canAnyHostEnforce(db),
	});
	const tailscale = await chooseTailscale(deps, actor, {
		asked: asked.tailscale,
		place: ["tailscale"],
		name: name.label,
		image,
		policy: () => policyOfChoice(db, network.choice),
	});
	const row = await insertDevbox(db, actor, {
		id,
		mayExist: made.newId !== undefined,
		name,
		image: image.name,
		imageRef: image.ref,
		size: body.size,
		network: network.choice,
		tailscale,
		networkPhase: network.hasSetup ? "setup" : "run",
		accessMode: body.access_mode,
		withoutSteps: [
			...(tailscale ? [] : (["join_tailscale"] as const)),
			...(network.hasSetup ? [] : (["restrict_network"] as const)),
			...((await hasNoSettings(deps, actor)) ? (["apply_personal_settings"] as const) : []),
		],
		idleTimeoutSeconds: idleTimeouts[body.auto_stop_idle_timeout],
		expiresAfterSeconds: parseExpiry(body.expires_after),
		resolved: recordOf(resolved),
		inputs: sealedInputs({ ...input, body }, { sealer, workspaceId: actor.workspaceId, id, inheritsSecrets }),
		secrets,
		repositories,
		checkQuota: (used) => checkDevboxQuota({ used, limit, admins }),
	});
	return toDevboxResponse(row, deps, actor);
}

/** What was asked for together with what was inherited, as one request that leaves nothing out. */
function requestOf({ repository, ...values }: ResolvedValues) {
	return { ...values, repository: repository?.url ?? "", branch: repository?.branch ?? undefined };
}

async function findImage(db: CreateDeps["db"], name: string, from: ValueSource) {
	const image = await findImageRow(db, name);
	if (image) return image;
	const known = (await listImageRows(db)).map((row) => row.name).join(", ");
	const which = from === "given" ? "Unknown image" : "The workspace's default is an image that is not there any more:";
	throw invalidField("image", `${which} ${JSON.stringify(name.slice(0, 80))}. Known images: ${known || "none yet"}.`);
}

/** A service on its own has no settings of a person; the boxes that it makes are not its maker's workplace. */
async function hasNoSettings({ db }: CreateDeps, actor: Actor): Promise<boolean> {
	if (actor.isProvider && !actor.providerTokenId) return true;
	return hasNothingToApply(appliedSettings(await getUserSettingsRow(db, actor.userId)));
}

/** A service names its boxes for people, and gets a label derived; whoever else asks means a label. */
function newName(actor: Actor, name: string): NewDevboxName {
	if (actor.isProvider) return { label: labelOf(name), displayName: name, isDerived: true };
	const problem = devboxNameProblem(name);
	if (problem) throw invalidField("name", problem);
	return { label: name, displayName: null, isDerived: false };
}
