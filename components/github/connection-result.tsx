"use client";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { cn } from "../cn.ts";
import { useSearchParamsState } from "../layout/use-search-params-state.ts";
import { Button } from "../ui/button";
import { connectionResult } from "./connection-result-text.ts";

/** What GitHub sent the browser back with, until it is put away. */
export function ConnectionResult() {
	const [params, change] = useSearchParamsState();
	const result = connectionResult(params);
	if (!result) return null;
	const Icon = result.isGood ? CircleCheck : CircleAlert;
	const dismiss = () =>
		change((next) => {
			next.delete("github");
			next.delete("github_reason");
		}, "replace");
	return (
		<div
			role={result.isGood ? "status" : "alert"}
			className={cn(
				"flex items-start gap-3 rounded-lg border px-4 py-3 text-sm",
				result.isGood ? "border-good/30 bg-good-wash" : "border-bad/30 bg-bad-wash",
			)}
		>
			<Icon className={cn("mt-0.5 size-4 shrink-0", result.isGood ? "text-good" : "text-bad")} aria-hidden />
			<p className="min-w-0 flex-1">{result.text}</p>
			<Button look="quiet" size="iconSm" className="-my-1 -mr-2" aria-label="Dismiss" onClick={dismiss}>
				<X />
			</Button>
		</div>
	);
}
