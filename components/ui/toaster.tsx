"use client";
import { CircleAlert, X } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { Button } from "./button";
import { dismissToast, type Toast, toastShownMs, toastStore } from "./toast-store.ts";

const none: readonly Toast[] = [];

export function Toaster() {
	const toasts = useSyncExternalStore(toastStore.subscribe, toastStore.read, () => none);
	return (
		<section
			aria-label="Notifications"
			className="pointer-events-none fixed right-4 bottom-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
		>
			{toasts.map((toast) => (
				<ToastCard key={toast.id} toast={toast} />
			))}
		</section>
	);
}

function ToastCard({ toast }: { toast: Toast }) {
	useEffect(() => {
		if (toast.tone === "bad") return;
		const timer = setTimeout(() => dismissToast(toast.id), toastShownMs);
		return () => clearTimeout(timer);
	}, [toast]);
	return (
		<div
			role="status"
			className="pointer-events-auto flex animate-rise items-start gap-2 rounded-lg border bg-raised p-3 text-sm shadow-pop"
		>
			{toast.tone === "bad" && <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />}
			<p className="min-w-0 flex-1 break-words">{toast.text}</p>
			{toast.action && (
				<Button size="sm" onClick={toast.action.run}>
					{toast.action.label}
				</Button>
			)}
			<Button
				look="quiet"
				size="iconSm"
				className="-my-1 -mr-1"
				aria-label="Dismiss"
				onClick={() => dismissToast(toast.id)}
			>
				<X />
			</Button>
		</div>
	);
}
