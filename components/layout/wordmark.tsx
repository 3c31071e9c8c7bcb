import { cn } from "../cn.ts";

export function LogoMark({ className }: { className?: string }) {
	return (
		<svg viewBox="0 0 24 24" aria-hidden className={cn("size-6 shrink-0", className)}>
			<rect width="24" height="24" rx="6" className="fill-accent" />
			<path
				d="M6.75 8.25 10.5 12l-3.75 3.75M12.75 15.75h4.5"
				fill="none"
				strokeWidth="1.9"
				strokeLinecap="round"
				strokeLinejoin="round"
				className="stroke-accent-ink"
			/>
		</svg>
	);
}

export function Wordmark({ className }: { className?: string }) {
	return (
		<span className={cn("inline-flex items-center gap-2 font-semibold text-[15px] tracking-[-0.02em]", className)}>
			<LogoMark />
			Devbox
		</span>
	);
}
