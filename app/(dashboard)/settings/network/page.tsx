import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { NetworkPage } from "@/components/network/network-page";
import { readPageActor } from "@/lib/auth/page-session";

export const metadata: Metadata = { title: "Network" };

export default async function WorkspaceNetworkPage() {
	if (!(await readPageActor())?.scopes.includes("admin")) notFound();
	return <NetworkPage />;
}
