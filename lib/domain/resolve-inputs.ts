/**
 * What a devbox is made with: what was asked for, and the workspace's defaults for the rest. A locked field takes the workspace's
 * value alone: leaving it out or giving the same is fine, anything else is refused at that field.
 */
import { type PolicyAsk, policyWords } from "./egress-policy.ts";
import { AppError, type FieldError } from "./errors.ts";
import { durationWords } from "./lifetime-rules.ts";
import { parseRepositoryUrl } from "./repository-url.ts";
import type { SizeName } from "./sizes.ts";
import type { DefaultField, DefaultValues, RepositoryDefault, WorkspaceDefaults } from "./workspace-defaults.ts";

export const valueSources = ["given", "inherited", "locked"] as const;
export type ValueSource = (typeof valueSources)[number];

export type ResolvedValues = Omit<DefaultValues, "devboxes_per_member">;
export type ResolvedField = keyof ResolvedValues;
type RecordOf<Field extends ResolvedField> = {
	[F in Field]: { value: F extends "setup_commands" ? number : ResolvedValues[F]; from: ValueSource };
};
/** As it stands beside a devbox: of the setup commands their number. Its network policy was not kept from the beginning. */
export type ResolvedRecord = RecordOf<Exclude<ResolvedField, "network_policy">> & Partial<RecordOf<"network_policy">>;
export type ResolvedInputs = { values: ResolvedValues; from: Record<ResolvedField, ValueSource> };

/** Of a request, as the API names it. What is left out is inherited; an empty `repository` is none. */
export type AskedInputs = {
	image?: string | undefined;
	size?: SizeName | undefined;
	/** Another word for `size`, when it was the one given. */
	plan?: SizeName | undefined;
	repository?: string | undefined;
	branch?: string | undefined;
	repositories: readonly unknown[];
	no_checkout?: boolean | undefined;
	setup_commands?: string[] | undefined;
	setup_timeout_seconds?: number | undefined;
	auto_stop_idle_timeout?: DefaultValues["auto_stop_idle_timeout"] | undefined;
	expires_after?: string | undefined;
	network_policy?: PolicyAsk | undefined;
};

/** Throws `invalid` with every field at fault. */
export function resolveInputs(asked: AskedInputs, { values, locked }: WorkspaceDefaults): ResolvedInputs {
	const problems: FieldError[] = [];
	const refuse = (at: string, msg: string) => problems.push({ loc: ["body", at], msg, type: "locked" });
	const isLocked = (field: DefaultField) => locked.includes(field);
	function pick<F extends Exclude<ResolvedField, "repository">>(field: F, at: string = field) {
		const given = asked[field] as DefaultValues[F] | undefined;
		if (isLocked(field)) {
			if (given !== undefined && !isSame(given, values[field])) refuse(at, lockedWords(field, values));
			return { value: values[field], from: "locked" as const };
		}
		if (given === undefined) return { value: values[field], from: "inherited" as const };
		return { value: given, from: "given" as const };
	}
	const picked = {
		image: pick("image"),
		size: pick("size", asked.plan === undefined ? "size" : "plan"),
		repository: isLocked("repository") ? lockedRepository(asked, values, refuse) : freeRepository(asked, values),
		setup_commands: pick("setup_commands"),
		setup_timeout_seconds: pick("setup_timeout_seconds"),
		auto_stop_idle_timeout: pick("auto_stop_idle_timeout"),
		expires_after: pick("expires_after"),
		network_policy: pick("network_policy"),
	};
	if (problems.length) throw new AppError({ code: "invalid", message: problems[0]?.msg ?? "", fields: problems });
	const entries = Object.entries(picked);
	return {
		values: Object.fromEntries(entries.map(([field, { value }]) => [field, value])) as ResolvedValues,
		from: Object.fromEntries(entries.map(([field, { from }]) => [field, from])) as ResolvedInputs["from"],
	};
}

export function recordOf({ values, from }: ResolvedInputs): ResolvedRecord {
	const fields = (Object.keys(from) as ResolvedField[]).map((field) => {
		const value = field === "setup_commands" ? values.setup_commands.length : values[field];
		return [field, { value, from: from[field] }];
	});
	return Object.fromEntries(fields) as ResolvedRecord;
}

type PickedRepository = { value: RepositoryDefault | null; from: ValueSource };

function freeRepository(asked: AskedInputs, { repository }: DefaultValues): PickedRepository {
	const { branch = null } = asked;
	if (asked.repository) return { value: { url: asked.repository, branch }, from: "given" };
	const saysNone = asked.repository === "" || asked.no_checkout === true || asked.repositories.length > 0;
	if (saysNone) return { value: null, from: "given" };
	return { value: repository && { ...repository, branch: branch ?? repository.branch }, from: "inherited" };
}

function lockedRepository(
	asked: AskedInputs,
	values: DefaultValues,
	refuse: (at: string, msg: string) => void,
): PickedRepository {
	const { repository } = values;
	const words = lockedWords("repository", values);
	const given = asked.repository;
	if (given !== undefined && addressOf(given) !== addressOf(repository?.url ?? "")) refuse("repository", words);
	if (asked.repositories.length > 0) refuse("repositories", words);
	if (asked.no_checkout && repository) refuse("no_checkout", words);
	// A branch without a repository says nothing: clients of the published protocol send it.
	const isOtherBranch = asked.branch !== undefined && asked.branch !== repository?.branch;
	if (repository && isOtherBranch) refuse("branch", words);
	return { value: repository, from: "locked" };
}

/** One spelling for all ways to write an address. */
function addressOf(text: string): string {
	const parsed = text === "" ? null : parseRepositoryUrl(text);
	return parsed && "value" in parsed ? parsed.value.url : text;
}

function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

const fieldWords = {
	image: "the image",
	size: "the size",
	repository: "the repository",
	setup_commands: "the setup commands",
	setup_timeout_seconds: "the setup timeout",
	auto_stop_idle_timeout: "when an idle devbox stops",
	expires_after: "how long a devbox lives",
	network_policy: "the network policy",
	devboxes_per_member: "the devboxes per member",
} as const satisfies Record<DefaultField, string>;

/** "The workspace fixes the size to m. Leave it out, or ask a workspace admin." */
export function lockedWords(field: DefaultField, values: DefaultValues): string {
	return `The workspace fixes ${fieldWords[field]} to ${valueWords(field, values)}. Leave it out, or ask a workspace admin.`;
}

/** A default's value for a person. */
export function valueWords(field: DefaultField, values: DefaultValues): string {
	switch (field) {
		case "repository":
			return repositoryWords(values.repository);
		case "setup_commands": {
			const count = values.setup_commands.length;
			return count === 0 ? "none" : `its own ${count === 1 ? "one" : count}`;
		}
		case "setup_timeout_seconds":
			return `${values.setup_timeout_seconds} seconds`;
		case "auto_stop_idle_timeout":
		case "expires_after":
			return durationWords(values[field]);
		case "network_policy":
			return policyWords(values.network_policy);
		default:
			return String(values[field]);
	}
}

function repositoryWords(repository: RepositoryDefault | null): string {
	if (!repository) return "none";
	return repository.branch ? `${repository.url} at ${repository.branch}` : repository.url;
}
