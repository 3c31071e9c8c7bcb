import { cn } from "../cn.ts";

/** A number that waits for somebody; nothing at 0. `label`: what is counted, said after it. */
export function CountMark({ count, label, className }: { count: number; label: string; className?: string }) {
	if (count === 0) return null;
	return (
		<span
			className={cn(
				"relative rounded-full bg-accent px-1.5 text-accent-ink text-xs tabular-nums leading-4.5",
				className,
			)}
		>
			{count}
			<span className="sr-only"> {label}</span>
		</span>
	);
}
