import { X } from "lucide-react";

/** What a list is filtered by; a click takes the filter away. */
export function FilterChip({ label, value, onRemove }: { label: string; value: string; onRemove: () => void }) {
	return (
		<button
			type="button"
			onClick={onRemove}
			aria-label={`Remove the filter ${label} ${value}`}
			className="flex h-7 min-w-0 max-w-full items-center gap-1.5 rounded-full border border-line-strong/70 bg-surface pr-2 pl-2.5 text-xs hover:bg-hover"
		>
			<span className="text-ink-faint">{label}</span>
			<span className="truncate">{value}</span>
			<X className="size-3 shrink-0 text-ink-faint" aria-hidden />
		</button>
	);
}
