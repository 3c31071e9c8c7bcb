"use client";
import { useMutation } from "@tanstack/react-query";
import { Check, Minus, X } from "lucide-react";
import { api } from "../../api-client.ts";
import { Button } from "../../ui/button";
import { ErrorNote } from "../../ui/error-note";

const marks = {
	ok: { icon: Check, className: "text-good", word: "passed" },
	failed: { icon: X, className: "text-bad", word: "failed" },
	skipped: { icon: Minus, className: "text-ink-faint", word: "skipped" },
} as const;

export function ConnectionTest() {
	const test = useMutation({ mutationFn: () => api.testTailscale({}) });
	return (
		<div className="flex flex-col items-start gap-3">
			<Button isBusy={test.isPending} onClick={() => test.mutate()}>
				Test the connection
			</Button>
			{test.error && <ErrorNote error={test.error} />}
			{test.data && (
				<ul aria-label="What was tried" className="w-full divide-y divide-line rounded-lg border bg-surface">
					{test.data.checks.map(({ name, status, message }) => {
						const { icon: Icon, className, word } = marks[status];
						return (
							<li key={name} className="flex items-start gap-3 px-4 py-2 text-sm">
								<Icon className={`mt-0.5 size-4 shrink-0 ${className}`} aria-label={word} />
								<div className="min-w-0 flex-1">
									<p className="font-medium">{name}</p>
									<p className="break-words text-ink-soft text-xs">{message}</p>
								</div>
							</li>
						);
					})}
				</ul>
			)}
		</div>
	);
}
