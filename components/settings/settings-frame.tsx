import type { ReactNode } from "react";
import { cn } from "../cn.ts";
import { PageColumn, PageHeader } from "../layout/page-header";
import { SettingsNavigation } from "./settings-navigation";

/** What every page of the settings stands in: `isWide` for lists and tables. */
export function SettingsFrame({ isWide = false, children }: { isWide?: boolean; children: ReactNode }) {
	return (
		<PageColumn>
			<PageHeader title="Settings" />
			<SettingsNavigation />
			<div className={cn("flex flex-col gap-9 pb-16", isWide ? "max-w-3xl" : "max-w-2xl")}>{children}</div>
		</PageColumn>
	);
}
