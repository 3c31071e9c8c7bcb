const reasons: Readonly<Record<string, string>> = {
	denied: "Nothing was connected: the request was turned down at GitHub.",
	code_refused:
		"Nothing was connected: GitHub did not accept its own code, which is good once and for ten minutes. Begin again.",
	unavailable:
		"Nothing was connected: GitHub is down, slow, or limits how often it is asked. Try again in a few minutes.",
	internal: "Nothing was connected: something failed on our side, and the server's log says what. Try again.",
};

/** Of the address that GitHub's answer led back to; null when it did not. */
export function connectionResult(params: URLSearchParams): { isGood: boolean; text: string } | null {
	const result = params.get("github");
	if (result === "connected")
		return { isGood: true, text: "GitHub is connected. Switch on the organisations that you want to use." };
	if (result !== "failed") return null;
	const reason = params.get("github_reason") ?? "";
	const text = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
	return { isGood: false, text: text ?? "Nothing was connected. Begin again." };
}
