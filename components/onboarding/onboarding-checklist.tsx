"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Circle, X } from "lucide-react";
import Link from "next/link";
import type { OnboardingResponse } from "@/lib/contract/onboarding.ts";
import { api } from "../api-client.ts";
import { cn } from "../cn.ts";
import { Button } from "../ui/button";
import { errorText } from "../ui/error-note";
import { showToast } from "../ui/toast-store.ts";
import { Tooltip } from "../ui/tooltip";
import { onboardingKeys, onboardingQueries } from "./onboarding-queries.ts";
import { onboardingTexts } from "./onboarding-steps.ts";

/** What a newcomer has left to do; gone when it is done or was put away. It takes no room before it is known to be there. */
export function OnboardingChecklist() {
	const client = useQueryClient();
	const { data } = useQuery(onboardingQueries.own());
	const dismiss = useMutation({
		mutationFn: () => api.updateOnboarding({ is_dismissed: true }),
		onSuccess: (answer) => client.setQueryData(onboardingKeys.all, answer),
		onError: (error) => showToast({ text: errorText(error), tone: "bad" }),
	});
	if (!data || data.is_done || data.is_dismissed) return null;
	const done = data.steps.filter((step) => step.is_done).length;
	return (
		<section aria-labelledby="first-steps" className="mb-4 shrink-0 rounded-lg border bg-surface px-4 py-3">
			<div className="flex items-center gap-2">
				<h2 id="first-steps" className="font-medium text-sm">
					First steps
				</h2>
				<span className="text-ink-faint text-xs nums">
					{done} of {data.steps.length} done
				</span>
				<Tooltip text="Put the checklist away">
					<Button
						look="quiet"
						size="iconSm"
						className="-mr-2 ml-auto"
						aria-label="Put the checklist away"
						disabled={dismiss.isPending}
						onClick={() => dismiss.mutate()}
					>
						<X />
					</Button>
				</Tooltip>
			</div>
			<ol className="mt-1 grid gap-x-4 gap-y-1 sm:grid-cols-2 lg:grid-cols-5">
				{data.steps.map((step) => (
					<Step key={step.id} step={step} />
				))}
			</ol>
		</section>
	);
}

function Step({ step }: { step: OnboardingResponse["steps"][number] }) {
	const { title, text, href } = onboardingTexts[step.id];
	const Icon = step.is_done ? Check : Circle;
	return (
		<li className="flex items-start gap-2 py-1">
			<Icon className={cn("mt-0.5 size-3.5 shrink-0", step.is_done ? "text-good" : "text-line-strong")} aria-hidden />
			<div className="min-w-0 text-sm">
				{step.is_done ? (
					<p className="text-ink-faint line-through">
						{title}
						<span className="sr-only"> (done)</span>
					</p>
				) : (
					<>
						<Link href={href} className="font-medium text-accent hover:underline">
							{title}
						</Link>
						<p className="text-ink-faint text-xs max-lg:hidden">{text}</p>
					</>
				)}
			</div>
		</li>
	);
}
