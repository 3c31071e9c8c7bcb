import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DefaultsPage } from "@/components/defaults/defaults-page";
import { readPageActor } from "@/lib/auth/page-session";

export const metadata: Metadata = { title: "Defaults" };

export default async function WorkspaceDefaultsPage() {
	if (!(await readPageActor())?.scopes.includes("admin")) notFound();
	return <DefaultsPage />;
}
