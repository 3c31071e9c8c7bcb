import type { Metadata } from "next";
import { DevboxListPage } from "@/components/devboxes/devbox-list-page";

export const metadata: Metadata = { title: "Devboxes" };

export default function DevboxesPage() {
	return <DevboxListPage />;
}
