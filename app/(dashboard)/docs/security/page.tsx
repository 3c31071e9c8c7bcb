import type { Metadata } from "next";
import { SecurityPage } from "@/components/docs/security-page";

export const metadata: Metadata = { title: "Security model" };

export default function SecurityDocsPage() {
	return <SecurityPage />;
}
