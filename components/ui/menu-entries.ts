import type { LucideIcon } from "lucide-react";

/** A menu as a value: what it holds is known before the code that draws it is loaded. */
export type MenuEntry =
	| {
			kind: "item";
			label: string;
			icon: LucideIcon;
			/** Follows a link, or does something. */
			href?: string;
			onSelect?: () => void;
			isDanger?: boolean;
			/** The key that does the same. */
			keys?: string;
			/** At the end of the line. */
			value?: string;
			/** The menu stays open. */
			staysOpen?: boolean;
	  }
	| { kind: "check"; label: string; isChecked: boolean; onChange: () => void }
	| { kind: "label"; label: string }
	| { kind: "separator"; label: string };
