"use client";
import { cloneElement, lazy, type ReactElement, Suspense, useState } from "react";
import type { MenuEntry } from "./menu-entries.ts";

const loadPopup = () => import("./menu-popup");
const MenuPopup = lazy(loadPopup);

export type MenuButtonProps = {
	/** The button; it opens the menu. */
	children: ReactElement<Record<string, unknown>>;
	entries: readonly MenuEntry[];
	align?: "start" | "center" | "end";
	side?: "top" | "bottom";
	width?: string;
};

/** A button whose menu is loaded when somebody reaches for it: most pages are left without opening one. */
export function MenuButton(props: MenuButtonProps) {
	const [isWanted, setWanted] = useState(false);
	const button = cloneElement(props.children, {
		"aria-haspopup": "menu",
		"aria-expanded": false,
		onPointerEnter: () => void loadPopup(),
		onFocus: () => void loadPopup(),
		onClick: () => setWanted(true),
	});
	if (!isWanted) return button;
	return (
		<Suspense fallback={button}>
			<MenuPopup {...props} />
		</Suspense>
	);
}
