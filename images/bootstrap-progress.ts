/** Turns mmdebstrap's verbose output into a fraction and a phrase. */

/**
 * Share of the whole at which each phase begins and ends, by the time each took on a 2-core machine, and how many lines each
 * package has in it (fetched, unpacked, set up).
 */
const phases = [
	{ marker: /^I: running apt-get update/, from: 0, to: 0.03, steps: 0, phrase: "reading the package lists" },
	{ marker: /^I: downloading packages/, from: 0.03, to: 0.15, steps: 1, phrase: "downloading packages" },
	{ marker: /^I: extracting archives/, from: 0.15, to: 0.2, steps: 0, phrase: "unpacking the core system" },
	{ marker: /^I: installing essential/, from: 0.2, to: 0.4, steps: 2, phrase: "installing the core system" },
	{ marker: /^I: installing remaining/, from: 0.4, to: 0.85, steps: 3, phrase: "installing packages" },
	{
		marker: /^I: (running --customize-hook|running special hook)/,
		from: 0.85,
		to: 0.9,
		steps: 0,
		phrase: "setting up the image",
	},
	{ marker: /^I: creating tarball/, from: 0.9, to: 1, steps: 0, phrase: "packing the image" },
] as const;

export type BootstrapProgress = { fraction: number; phrase: string };

/** Feed it every line; it answers when there is something to say, and never goes back. */
export function bootstrapProgress(): (line: string) => BootstrapProgress | null {
	let phase: (typeof phases)[number] = phases[0];
	let packages = 0;
	let done = 0;
	let last = 0;
	return (line) => {
		const next = phases.find((candidate) => candidate.marker.test(line));
		const announced = /(\d+) newly installed/.exec(line);
		if (next && next.from >= phase.from) {
			phase = next;
			done = 0;
		} else if (announced) {
			packages = Number(announced[1]);
		} else if (/^(Get:|Unpacking |Setting up )/.test(line)) {
			done += 1;
		} else {
			return null;
		}
		const steps = packages * phase.steps;
		const inPhase = steps > 0 ? Math.min(1, done / steps) : 0;
		last = Math.max(last, phase.from + (phase.to - phase.from) * inPhase);
		return { fraction: last, phrase: phase.phrase };
	};
}
