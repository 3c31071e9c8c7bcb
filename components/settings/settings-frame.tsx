import type { ReactNode } from "react";
import { cn } from "../cn.ts";
import { PageColumn, PageHeader } from "../layout/page-header";
import { SettingsNavigation } from "./settings-navigation";

const widths = {
	/** For what is read. */
	narrow: "flex max-w-2xl flex-col gap-9",
	/** For lists. */
	wide: "flex max-w-3xl flex-col gap-9",
	/** Of a page that divides itself. */
	full: "",
} as const;

/** What every page of the settings stands in. */
export function SettingsFrame({ width = "narrow", children }: { width?: keyof typeof widths; children: ReactNode }) {
	return (
		<PageColumn>
			<PageHeader title="Settings" />
			<SettingsNavigation />
			<div className={cn("pb-16", widths[width])}>{children}</div>
		</PageColumn>
	);
}
