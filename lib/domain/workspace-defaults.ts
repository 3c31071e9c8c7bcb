/** What a devbox is made with where its maker says nothing, and which of it nobody may differ from. */
import { setupLimits } from "./devbox-inputs.ts";
import type { PolicyAsk } from "./egress-policy.ts";
import type { IdleTimeout } from "./lifetime-rules.ts";
import { devboxesPerUserDefault, memberQuota } from "./quota.ts";
import type { SizeName } from "./sizes.ts";

export type RepositoryDefault = { url: string; branch: string | null };

/** Named as the API names them. */
export type DefaultValues = {
	image: string;
	size: SizeName;
	/** Null: none. */
	repository: RepositoryDefault | null;
	setup_commands: string[];
	setup_timeout_seconds: number;
	auto_stop_idle_timeout: IdleTimeout;
	/** As `7d`, or `never`. */
	expires_after: string;
	network_policy: PolicyAsk;
	devboxes_per_member: number;
};
export type DefaultField = keyof DefaultValues;

/** What the product comes with. */
export const productDefaults = {
	image: "builtin:base",
	size: "s",
	repository: null,
	setup_commands: [],
	setup_timeout_seconds: setupLimits.timeoutSecondsDefault,
	auto_stop_idle_timeout: "never",
	expires_after: "never",
	network_policy: { mode: "open", egress_domains: [] as string[] },
	devboxes_per_member: devboxesPerUserDefault,
} as const satisfies DefaultValues | Record<"setup_commands", readonly string[]>;

export const defaultFields = Object.keys(productDefaults) as DefaultField[];

export type WorkspaceDefaults = {
	/** 0 until somebody changed something. */
	version: number;
	values: DefaultValues;
	locked: readonly DefaultField[];
};

/** How many devboxes a member may have whose own number is `own`. */
export function quotaIn({ values, locked }: Pick<WorkspaceDefaults, "values" | "locked">, own: number | null): number {
	const isLocked = locked.includes("devboxes_per_member");
	return memberQuota({ own, ofWorkspace: values.devboxes_per_member, isLocked });
}
