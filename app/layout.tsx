import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AppProviders } from "@/components/layout/app-providers";
import { parseTheme, themeCookieName } from "@/components/layout/theme";
import "./globals.css";

export const metadata: Metadata = { title: { default: "Devbox", template: "%s · Devbox" }, robots: { index: false } };

export const viewport: Viewport = {
	width: "device-width",
	initialScale: 1,
	themeColor: [
		{ media: "(prefers-color-scheme: light)", color: "#fafafb" },
		{ media: "(prefers-color-scheme: dark)", color: "#0f1012" },
	],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
	// The theme is in a cookie, so the first paint has it without a script.
	const theme = parseTheme((await cookies()).get(themeCookieName)?.value);
	return (
		<html lang="en" data-theme={theme}>
			<body>
				<AppProviders>{children}</AppProviders>
			</body>
		</html>
	);
}
