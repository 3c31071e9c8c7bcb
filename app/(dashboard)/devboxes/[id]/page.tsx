import type { Metadata } from "next";
import { DevboxPage } from "@/components/devboxes/devbox-page";

export const metadata: Metadata = { title: "Devbox" };

export default async function OneDevboxPage({ params }: { params: Promise<{ id: string }> }) {
	return <DevboxPage id={(await params).id} />;
}
