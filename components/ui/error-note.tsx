import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { isDevboxError } from "@/sdk/src/index.ts";
import { cn } from "../cn.ts";
import { Button } from "./button";
import { CopyButton } from "./copy-button";

/** What an error says to a person. */
export function errorText(error: unknown): string {
	if (isDevboxError(error)) return error.detail;
	return error instanceof Error ? error.message : "Something went wrong in this page. Reload it.";
}

type ErrorNoteProps = {
	title?: string;
	error: unknown;
	onRetry?: () => void;
	className?: string;
	children?: ReactNode;
};

export function ErrorNote({ title, error, onRetry, className, children }: ErrorNoteProps) {
	const requestId = isDevboxError(error) ? error.requestId : null;
	return (
		<div
			role="alert"
			className={cn("flex items-start gap-3 rounded-lg border border-bad/30 bg-bad-wash px-4 py-3 text-sm", className)}
		>
			<CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
			<div className="min-w-0 flex-1">
				{title && <p className="font-medium">{title}</p>}
				<p className="break-words text-ink-soft">{errorText(error)}</p>
				{requestId && (
					<p className="mt-1 flex items-center gap-1 text-ink-faint text-xs">
						Request <code>{requestId}</code>
						<CopyButton text={requestId} label="Copy the request id" className="-my-2" />
					</p>
				)}
				{children}
			</div>
			{onRetry && (
				<Button size="sm" onClick={onRetry}>
					Try again
				</Button>
			)}
		</div>
	);
}
