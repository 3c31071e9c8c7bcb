/**
 * Which signing key signs, and which are shown to verifiers. A new key is shown well before it signs, so that whoever keeps our keys for
 * a while has it; one that is followed stays until its last token has expired everywhere.
 */
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export const identityKeyRules = {
	/** A key that signed for so long gets a follower. */
	rotateAfterMs: 90 * dayMs,
	/** Longer than verifiers are told to keep our keys (`keysMaxAgeSeconds`). */
	shownBeforeMs: 10 * minuteMs,
	/** A token's five minutes, clocks that differ, and more. */
	keptAfterMs: 60 * minuteMs,
	keysMaxAgeSeconds: 300,
} as const;

export type KeyTimes = { signsFrom: Date };

export type KeyPlan<K> = {
	/** Null: there is none yet. */
	signing: K | null;
	/** The signing one, those to come, and those whose tokens may still live. */
	shown: K[];
	/** To be deleted. */
	outdated: K[];
	/** A follower must be made. */
	isDue: boolean;
};

export function planKeys<K extends KeyTimes>(keys: readonly K[], now: Date): KeyPlan<K> {
	const at = now.getTime();
	const sorted = [...keys].sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
	const begun = sorted.filter((key) => key.signsFrom.getTime() <= at);
	const signing = begun.at(-1) ?? null;
	const isOutdated = (key: K) => {
		const follower = begun[begun.indexOf(key) + 1];
		return (
			begun.includes(key) && follower !== undefined && follower.signsFrom.getTime() + identityKeyRules.keptAfterMs < at
		);
	};
	const hasFollower = begun.length < sorted.length;
	return {
		signing,
		shown: sorted.filter((key) => !isOutdated(key)),
		outdated: sorted.filter(isOutdated),
		isDue: !hasFollower && (signing === null || signing.signsFrom.getTime() + identityKeyRules.rotateAfterMs <= at),
	};
}
