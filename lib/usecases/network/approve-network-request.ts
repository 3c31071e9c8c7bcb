import type { ApproveNetworkRequestRequest, NetworkRequestResponse } from "../../contract/network-requests.ts";
import { findFollowedPolicy, updatePolicy } from "../../db/network-policies.ts";
import { findRequestRow } from "../../db/network-requests.ts";
import type { Actor } from "../../domain/actor.ts";
import { AppError } from "../../domain/errors.ts";
import { approvalTimes } from "../../domain/network-request.ts";
import type { Deps } from "../deps.ts";
import { answerNetworkRequest, requestNotFound } from "./answer-network-request.ts";
import { requireFitting } from "./require-fitting.ts";

type Input = { params: { id: string }; body: ApproveNetworkRequestRequest };

/** For this devbox and a time; or in the policy that it follows, which ends the request: the list says it from then on. */
export async function approveNetworkRequest(deps: Deps, actor: Actor, input: Input): Promise<NetworkRequestResponse> {
	const { params, body } = input;
	if (!body.add_to_policy)
		return answerNetworkRequest(deps, actor, {
			id: params.id,
			from: ["pending"],
			status: "approved",
			answer: body.answer,
			expiresInSeconds: approvalTimes[body.expires_in],
		});
	const policy = await addToPolicy(deps, actor, params.id);
	const answer = [`Added to the policy ${policy}.`, body.answer].filter(Boolean).join(" ");
	return answerNetworkRequest(deps, actor, { id: params.id, from: ["pending"], status: "ended", answer });
}

/** Twice is once: a list has a name or has it not. */
async function addToPolicy({ db }: Deps, actor: Actor, requestId: string): Promise<string> {
	const request = await findRequestRow(db, actor, requestId);
	if (!request) throw requestNotFound(requestId);
	const policy = await findFollowedPolicy(db, actor, request.devboxId);
	if (!policy)
		throw new AppError({
			code: "conflict",
			message: `${request.devboxName} follows no named policy. Approve the name for this devbox instead.`,
		});
	// A policy that lists nothing becomes one that lists this name.
	const mode = policy.mode === "none" ? "enforce" : undefined;
	requireFitting({ mode: mode ?? policy.mode, domains: [...policy.domains, request.name], hasSetup: false });
	await updatePolicy(db, actor, { id: policy.id, mode, add: [request.name] });
	return policy.name;
}
