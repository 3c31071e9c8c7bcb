"use client";
import { useState } from "react";

/** Counts how often something came on again, after it was off. */
export function useGeneration(isOn: boolean): number {
	const [last, setLast] = useState({ isOn, generation: 0 });
	if (last.isOn !== isOn) setLast({ isOn, generation: last.generation + (isOn ? 1 : 0) });
	return last.generation;
}
