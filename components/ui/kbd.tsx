import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
	return (
		<kbd className="inline-grid h-4.5 min-w-4.5 place-items-center rounded border border-line-strong/70 bg-sunken px-1 font-sans text-[11px] text-ink-soft leading-none">
			{children}
		</kbd>
	);
}
