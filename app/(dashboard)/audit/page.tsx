import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AuditPage } from "@/components/audit/audit-page";
import { readPageActor } from "@/lib/auth/page-session";

export const metadata: Metadata = { title: "Audit" };

export default async function WorkspaceAuditPage() {
	if (!(await readPageActor())?.scopes.includes("admin")) notFound();
	return <AuditPage />;
}
