/** An internal service as a person writes it, and what is wrong with it, field by field. Pure. */
import { type InternalServiceRequest, internalServiceRequest } from "@/lib/contract/internal-services.ts";
import { isOpened, unopenedProblem } from "@/lib/domain/internal-service.ts";

export type ServiceDraft = { name: string; address: string; ports: string };
export type ServiceProblems = Partial<Record<keyof ServiceDraft, string>>;

export const emptyService: ServiceDraft = { name: "", address: "", ports: "" };

/** `ranges`: what the operator opened. */
export function parseService(
	draft: ServiceDraft,
	ranges: readonly string[],
): { request: InternalServiceRequest } | { problems: ServiceProblems } {
	const ports = draft.ports
		.split(/[\s,]+/)
		.filter((word) => word !== "")
		.map(Number);
	const address = draft.address.trim();
	const parsed = internalServiceRequest.safeParse({ name: draft.name, address, ports });
	const problems: ServiceProblems = {};
	for (const { path, message } of parsed.error?.issues ?? []) {
		const field = path[0] as keyof ServiceDraft;
		problems[field] ??= message;
	}
	if (!problems.address && !isOpened(address, ranges)) problems.address = unopenedProblem(address, ranges);
	return parsed.success && !problems.address ? { request: parsed.data } : { problems };
}
