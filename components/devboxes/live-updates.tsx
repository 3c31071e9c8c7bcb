"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type DevboxEvent, subscribeToEvents } from "@/sdk/src/index.ts";
import { goToSignIn } from "../api-client.ts";
import { useIsLookedAt } from "../layout/use-is-looked-at.ts";
import { storeEvents } from "./devbox-cache.ts";

/** Changes are collected this long, so that a burst renders once. */
const batchMs = 50;
/** What changed between the first read and the opened stream is fetched after this pause, ms. */
const catchUpMs = 1_500;
/** A gap shorter than this is not worth a word. */
const noticeAfterMs = 4_000;

/** Follows the server's events for the whole app; says so when what is shown may be old. */
export function LiveUpdates() {
	const client = useQueryClient();
	const [isConnected, setConnected] = useState(true);
	const [isNoticeDue, setNoticeDue] = useState(false);
	const isLookedAt = useIsLookedAt();
	useEffect(() => {
		// Browsers give an origin six connections over HTTP/1: tabs that nobody looks at must not hold them all.
		if (!isLookedAt) return;
		let batch: DevboxEvent[] = [];
		let isFirstResync = true;
		let catchUp: ReturnType<typeof setTimeout> | null = null;
		let timer: ReturnType<typeof setTimeout> | null = null;
		const flush = () => {
			timer = null;
			const events = batch;
			batch = [];
			storeEvents(client, events);
		};
		const unsubscribe = subscribeToEvents({
			onEvent: (event) => {
				// The page has only just read what it shows: it need not do so twice before it shows anything.
				if (event.type === "resync" && isFirstResync) {
					isFirstResync = false;
					catchUp = setTimeout(() => storeEvents(client, [event]), catchUpMs);
					return;
				}
				batch.push(event);
				timer ??= setTimeout(flush, batchMs);
			},
			onConnected: setConnected,
			onRefused: (error) => {
				if (error.code === "unauthenticated") goToSignIn();
			},
		});
		return () => {
			unsubscribe();
			if (timer) clearTimeout(timer);
			if (catchUp) clearTimeout(catchUp);
		};
	}, [client, isLookedAt]);
	useEffect(() => {
		if (isConnected) return setNoticeDue(false);
		const timer = setTimeout(() => setNoticeDue(true), noticeAfterMs);
		return () => clearTimeout(timer);
	}, [isConnected]);
	if (!isNoticeDue) return null;
	return (
		<div
			role="status"
			className="fixed bottom-4 left-1/2 z-50 -translate-x-1/2 animate-rise rounded-full border bg-warning-wash px-3 py-1 text-warning text-xs shadow-pop"
		>
			Reconnecting; what you see may be old
		</div>
	);
}
