/** An isolation audit: what is promised, and the shape of what a canary box saw of it. */

export const isolationPromises = {
	listed: "What a policy lists is reached",
	unlisted: "What a policy does not list is not reached",
	dns: "No question leaves by DNS",
	denied: "Private and metadata addresses are reached by nobody",
	host: "The host and the control plane are not reached",
	boxes: "Other devboxes are not reached",
	kernel: "The host's kernel, devices and engine are out of reach",
	storage: "Other devboxes' files and processes are out of reach",
	secrets: "Nothing of the product's own is in a devbox's environment",
} as const;
export type IsolationPromise = keyof typeof isolationPromises;

export const isolationStatuses = ["pending", "running", "passed", "failed", "error"] as const;
export type IsolationStatus = (typeof isolationStatuses)[number];
export const isolationCauses = ["requested", "schedule", "network_change"] as const;
export type IsolationCause = (typeof isolationCauses)[number];

export type AttemptResult = {
	id: string;
	promise: IsolationPromise;
	/** The policy that the canary had. */
	mode: "open" | "enforce" | "observe" | "none";
	user: "root" | "devbox";
	/** As it ran in the canary; `$NONCE` stands for what the listener of this audit answers. Empty where nothing was tried. */
	command: string;
	expected: "blocked" | "reached";
	/** The end of what it printed. */
	seen: string;
	/** Where the same reached its end, which shows that it can; null: none is needed, since it is expected to reach. */
	control: string | null;
	/** `not_applicable`: not tried on this host; `note` says why. */
	result: "passed" | "failed" | "not_applicable";
	/** Why, where it is not said by `seen`. */
	note: string;
	durationMs: number;
};

/** The workspace and the owner of canary boxes: nobody is a member there, so that no quota and no list has them. */
export const canaryWorkspace = { id: "wsp_isolation", name: "Isolation audits" } as const;
export const canaryOwner = { id: "usr_isolation", login: "isolation audit" } as const;

export function countResults(attempts: readonly AttemptResult[]) {
	const count = (result: AttemptResult["result"]) => attempts.filter((attempt) => attempt.result === result).length;
	return { passed: count("passed"), failed: count("failed"), notTried: count("not_applicable") };
}
