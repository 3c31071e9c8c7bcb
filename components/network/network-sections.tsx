import type { ComponentType } from "react";
import { IdentitySection } from "./identity/identity-section";
import { PoliciesSection } from "./policies/policies-section";

/** The tabs of the Network page, in their order: one line each, `?section=<id>` in the address. */
export const networkSections = [
	{ id: "policies", label: "Policies", Panel: PoliciesSection },
	{ id: "identity", label: "Identity", Panel: IdentitySection },
] as const satisfies readonly { id: string; label: string; Panel: ComponentType }[];
