"use client";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Kbd } from "./kbd";
import { placeTip } from "./place-tip.ts";

/** Pointing at something for this long asks what it is, ms; the next one answers at once. */
const delayMs = 350;
const warmMs = 300;

type Tip = { text: string; keys: string | null; side: string; target: HTMLElement };

function tipOf(node: EventTarget | null): Tip | null {
	const target = node instanceof Element ? node.closest<HTMLElement>("[data-tip]") : null;
	const { tip: text, tipKeys, tipSide } = target?.dataset ?? {};
	return target && text ? { target, text, keys: tipKeys ?? null, side: tipSide ?? "bottom" } : null;
}

/** The tooltip of the page, shown beside whatever carries `data-tip`. */
export function TipLayer() {
	const tip = useTip();
	const box = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		const element = box.current;
		if (!tip || !element) return;
		const size = { width: element.offsetWidth, height: element.offsetHeight };
		const { left, top } = placeTip({
			target: tip.target.getBoundingClientRect(),
			size,
			side: tip.side,
			view: { width: window.innerWidth, height: window.innerHeight },
		});
		element.style.transform = `translate(${left}px, ${top}px)`;
	}, [tip]);
	if (!tip) return null;
	return (
		<div ref={box} aria-hidden className="pointer-events-none fixed top-0 left-0 z-60">
			<div className="flex max-w-72 animate-fade items-center gap-2 rounded-md border bg-raised px-2 py-1 text-ink text-xs shadow-pop">
				{tip.text}
				{tip.keys && <Kbd>{tip.keys}</Kbd>}
			</div>
		</div>
	);
}

function useTip(): Tip | null {
	const [tip, setTip] = useState<Tip | null>(null);
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | null = null;
		let hiddenAt = 0;
		let shown: HTMLElement | null = null;
		const show = (next: Tip | null) => {
			if (timer) clearTimeout(timer);
			if (shown && !next) hiddenAt = performance.now();
			shown = next?.target ?? null;
			setTip(next);
		};
		const onOver = (event: PointerEvent) => {
			if (event.pointerType === "touch") return;
			const next = tipOf(event.target);
			if (next?.target === shown) return;
			if (timer) clearTimeout(timer);
			const isWarm = shown !== null || performance.now() - hiddenAt < warmMs;
			if (!next || isWarm) show(next);
			else timer = setTimeout(() => show(next), delayMs);
		};
		const onFocus = (event: FocusEvent) => {
			const next = tipOf(event.target);
			if (next?.target.matches(":focus-visible")) show(next);
		};
		const hide = () => show(null);
		const events = [
			["pointerover", onOver],
			["focusin", onFocus],
			["focusout", hide],
			["pointerdown", hide],
			["keydown", hide],
			["scroll", hide],
		] as const;
		for (const [name, listener] of events) document.addEventListener(name, listener as EventListener, true);
		return () => {
			if (timer) clearTimeout(timer);
			for (const [name, listener] of events) document.removeEventListener(name, listener as EventListener, true);
		};
	}, []);
	return tip;
}
