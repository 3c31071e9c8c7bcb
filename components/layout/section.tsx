import type { ReactNode } from "react";

/** A part of a page under its own heading. */
export function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
	return (
		<section aria-label={title}>
			<h2 className="font-semibold text-base">{title}</h2>
			{text && <p className="text-ink-soft text-sm">{text}</p>}
			<div className="mt-3">{children}</div>
		</section>
	);
}
