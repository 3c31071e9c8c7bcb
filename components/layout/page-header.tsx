import type { ReactNode } from "react";

export function PageHeader({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
	return (
		<header className="flex flex-wrap items-center gap-x-4 gap-y-3 pt-6 pb-4">
			<div className="min-w-0 flex-1">
				<h1 className="font-semibold text-xl tracking-[-0.015em]">{title}</h1>
				{text && <div className="text-ink-soft text-sm">{text}</div>}
			</div>
			<div className="flex items-center gap-2">{children}</div>
		</header>
	);
}

/** Content of at most 1,240 px. */
export function PageColumn({ children }: { children: ReactNode }) {
	return <div className="mx-auto flex w-full max-w-[1288px] flex-1 flex-col px-4 sm:px-6">{children}</div>;
}
