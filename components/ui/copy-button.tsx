"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { showToast } from "./toast-store.ts";

/** Copies `text`; says so by its own mark for a moment. */
export function CopyButton({ text, label = "Copy", className }: { text: string; label?: string; className?: string }) {
	const [isCopied, setCopied] = useState(false);
	useEffect(() => {
		if (!isCopied) return;
		const timer = setTimeout(() => setCopied(false), 1_500);
		return () => clearTimeout(timer);
	}, [isCopied]);
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(text);
			setCopied(true);
		} catch {
			// Browsers give the clipboard to secure pages only.
			showToast({ text: "The browser did not allow the copy. Select the text instead.", tone: "bad" });
		}
	};
	return (
		<Button
			look="quiet"
			size="iconSm"
			className={className}
			aria-label={isCopied ? "Copied" : label}
			onClick={() => void copy()}
		>
			{isCopied ? <Check className="text-good" /> : <Copy />}
		</Button>
	);
}
