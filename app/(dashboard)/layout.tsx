import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { AppFrame } from "@/components/layout/app-frame";
import { safeNextPath } from "@/lib/auth/next-path";
import { readPageActor } from "@/lib/auth/page-session";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
	const actor = await readPageActor();
	if (!actor) redirect(`/sign-in?next=${encodeURIComponent(safeNextPath((await headers()).get("x-page-path")))}`);
	return (
		<AppFrame viewer={{ userId: actor.userId, login: actor.login, isAdmin: actor.role !== "member" }}>
			{children}
		</AppFrame>
	);
}
