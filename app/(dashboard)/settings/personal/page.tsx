import type { Metadata } from "next";
import { PersonalPage } from "@/components/settings/personal-page";

export const metadata: Metadata = { title: "Personal" };

export default function PersonalSettingsPage() {
	return <PersonalPage />;
}
