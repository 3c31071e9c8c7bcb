import { cn } from "../cn.ts";

export function Skeleton({ className }: { className?: string }) {
	return <div aria-hidden className={cn("animate-shimmer rounded bg-hover", className)} />;
}
