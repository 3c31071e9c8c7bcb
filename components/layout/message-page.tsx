import Link from "next/link";
import type { ReactNode } from "react";
import { buttonStyle } from "../ui/button";
import { Wordmark } from "./wordmark";

type MessagePageProps = { title: string; text: string; action?: { href: string; label: string }; children?: ReactNode };

/** A page that has one thing to say. */
export function MessagePage({ title, text, action, children }: MessagePageProps) {
	return (
		<main className="mx-auto flex min-h-[80dvh] max-w-md flex-col justify-center gap-3 p-6">
			<Wordmark className="mb-4" />
			<h1 className="font-semibold text-xl tracking-[-0.015em]">{title}</h1>
			<p className="text-ink-soft">{text}</p>
			<div className="mt-2 flex gap-2">
				{action && (
					<Link href={action.href} className={buttonStyle({ look: "primary" })}>
						{action.label}
					</Link>
				)}
				{children}
			</div>
		</main>
	);
}
