"use client";
import { Menu } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "../ui/button";
import { Wordmark } from "./wordmark";

const MobileDrawer = dynamic(() => import("./mobile-drawer").then((module) => module.MobileDrawer), { ssr: false });

/** Under 768 px: the navigation in a drawer. */
export function MobileBar({ onHelp }: { onHelp: () => void }) {
	const [isOpen, setOpen] = useState(false);
	return (
		<header className="sticky top-0 z-20 flex h-12 items-center gap-2 border-b bg-canvas/95 px-3 md:hidden">
			<Button
				look="quiet"
				size="icon"
				aria-label="Open navigation"
				aria-haspopup="dialog"
				aria-expanded={isOpen}
				onClick={() => setOpen(true)}
			>
				<Menu />
			</Button>
			<Wordmark />
			{isOpen && (
				<MobileDrawer
					onClose={() => setOpen(false)}
					onHelp={() => {
						setOpen(false);
						onHelp();
					}}
				/>
			)}
		</header>
	);
}
