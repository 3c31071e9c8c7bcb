import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { HostsPage } from "@/components/hosts/hosts-page";
import { readPageActor } from "@/lib/auth/page-session";

export const metadata: Metadata = { title: "Hosts" };

export default async function AllHostsPage() {
	if (!(await readPageActor())?.scopes.includes("admin")) notFound();
	return <HostsPage />;
}
