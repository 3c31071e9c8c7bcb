import type { ReactNode } from "react";
import { Wordmark } from "../layout/wordmark";

export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
	return (
		<main className="mx-auto flex min-h-dvh w-full max-w-[26rem] flex-col justify-center px-5 py-10">
			<Wordmark className="mb-8" />
			<h1 className="mb-4 font-semibold text-xl tracking-[-0.015em]">{title}</h1>
			{children}
		</main>
	);
}
