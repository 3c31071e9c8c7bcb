import { durationWords, idleTimeoutNames } from "@/lib/domain/lifetime-rules.ts";

type Choice = { value: string; label: string };

const label = (value: string) => (value === "never" ? "Never" : `After ${durationWords(value)}`);

export const idleChoices: readonly Choice[] = idleTimeoutNames.map((value) => ({ value, label: label(value) }));

const usualExpiries = ["1h", "8h", "1d", "3d", "1w", "2w", "30d", "90d", "never"];

/** The usual ones, and the one that is set where it is none of them. */
export function expiryChoices(current: string): Choice[] {
	const values = usualExpiries.includes(current) ? usualExpiries : [current, ...usualExpiries];
	return values.map((value) => ({ value, label: label(value) }));
}
