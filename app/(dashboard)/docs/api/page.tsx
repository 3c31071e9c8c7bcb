import type { Metadata } from "next";
import { ApiReferencePage } from "@/components/docs/api-reference-page";

export const metadata: Metadata = { title: "API reference" };

export default function ApiDocsPage() {
	return <ApiReferencePage />;
}
