"use client";
import { formatExact } from "./format-time.ts";
import { useNow } from "./use-now.ts";

/** For what is read as a document: date, time and zone, as where the viewer is. */
export function ExactTime({ at }: { at: string }) {
	// The server does not know the viewer's zone.
	const isHere = useNow("halfMinute") !== null;
	return <time dateTime={at}>{isHere ? formatExact(Date.parse(at)) : at}</time>;
}
