export type Toast = { id: number; text: string; tone: "plain" | "bad"; action?: { label: string; run: () => void } };

/** How long one is shown, ms; failures stay until they are closed. */
export const toastShownMs = 6_000;
const toastsMax = 4;

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]): void {
	toasts = next;
	for (const listener of listeners) listener();
}

/** For what happened elsewhere: success here is seen in the thing itself. */
export function showToast(toast: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] }): void {
	lastId += 1;
	publish([...toasts.slice(1 - toastsMax), { tone: "plain", ...toast, id: lastId }]);
}

export function dismissToast(id: number): void {
	publish(toasts.filter((toast) => toast.id !== id));
}

export const toastStore = {
	subscribe(listener: () => void): () => void {
		listeners.add(listener);
		return () => listeners.delete(listener);
	},
	read: () => toasts,
};
