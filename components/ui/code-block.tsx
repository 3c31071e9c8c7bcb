import { cn } from "../cn.ts";
import { CopyButton } from "./copy-button";

/** A command or a snippet, to copy. */
export function CodeBlock({ code, label, className }: { code: string; label: string; className?: string }) {
	return (
		<div className={cn("relative rounded-lg border bg-sunken", className)}>
			<section
				// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
				tabIndex={0}
				aria-label={label}
				className="scroll-quiet overflow-x-auto py-2.5 pr-11 pl-3 text-left"
			>
				<pre className="w-max text-ink-soft text-xs leading-5">{code}</pre>
			</section>
			<CopyButton text={code} label={`Copy: ${label}`} className="absolute top-1.5 right-1.5 bg-sunken" />
		</div>
	);
}
