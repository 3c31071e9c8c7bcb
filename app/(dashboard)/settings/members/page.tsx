import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MembersPage } from "@/components/settings/members-page";
import { readPageActor } from "@/lib/auth/page-session";

export const metadata: Metadata = { title: "Members" };

export default async function WorkspaceMembersPage() {
	if (!(await readPageActor())?.scopes.includes("admin")) notFound();
	return <MembersPage />;
}
