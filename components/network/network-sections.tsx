import type { ComponentType } from "react";
import { DecisionsSection } from "./decisions/decisions-section";
import { EvidenceSection } from "./evidence/evidence-section";
import { FiltersSection } from "./filters/filters-section";
import { IdentitySection } from "./identity/identity-section";
import { IsolationSection } from "./isolation/isolation-section";
import { PoliciesSection } from "./policies/policies-section";
import { RequestsSection } from "./requests/requests-section";
import { ServicesSection } from "./services/services-section";
import { TailscaleSection } from "./tailscale/tailscale-section";

/** The tabs of the Network page, in their order: one line each, `?section=<id>` in the address. */
export const networkSections = [
	{ id: "policies", label: "Policies", Panel: PoliciesSection },
	{ id: "requests", label: "Requests", Panel: RequestsSection },
	{ id: "decisions", label: "Decisions", Panel: DecisionsSection },
	{ id: "services", label: "Internal services", Panel: ServicesSection },
	{ id: "filters", label: "Filters", Panel: FiltersSection },
	{ id: "tailscale", label: "Tailscale", Panel: TailscaleSection },
	{ id: "identity", label: "Identity", Panel: IdentitySection },
	{ id: "isolation", label: "Isolation", Panel: IsolationSection },
	{ id: "evidence", label: "Evidence", Panel: EvidenceSection },
] as const satisfies readonly { id: string; label: string; Panel: ComponentType }[];
