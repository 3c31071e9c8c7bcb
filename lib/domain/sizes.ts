/** Sizes are caps, scaled down with a notice where the host is smaller. Disk is thin: only what is used counts. */
export const sizes = {
	s: { vcpus: 2, memoryMib: 8 * 1024, diskGib: 100 },
	m: { vcpus: 4, memoryMib: 16 * 1024, diskGib: 100 },
	l: { vcpus: 8, memoryMib: 32 * 1024, diskGib: 100 },
	xl: { vcpus: 16, memoryMib: 64 * 1024, diskGib: 100 },
} as const;

export type SizeName = keyof typeof sizes;
export type SizeLimits = { vcpus: number; memoryMib: number; diskGib: number };

/** Words that other clients use for the same sizes. */
export const sizeAliases: ReadonlyMap<string, SizeName> = new Map([
	["small", "s"],
	["medium", "m"],
	["large", "l"],
	["xlarge", "xl"],
	["x-large", "xl"],
]);

export const sizeNames = Object.keys(sizes) as SizeName[];

/** `S`, `small` and `s` are the same size; null for a word that is none. */
export function parseSize(word: string): SizeName | null {
	const key = word.trim().toLowerCase();
	return sizeNames.find((name) => name === key) ?? sizeAliases.get(key) ?? null;
}

/** The caps that a host of this capacity can keep: never more vCPUs or memory than it has (with `memoryReserveMib` for itself). */
export function fitToHost(
	size: SizeName,
	host: { vcpus: number; memoryMib: number; diskGib: number; memoryReserveMib?: number },
): { limits: SizeLimits; notice: string | null } {
	const wanted = sizes[size];
	const memoryMax = Math.max(512, host.memoryMib - (host.memoryReserveMib ?? 1024));
	const limits = {
		vcpus: Math.max(1, Math.min(wanted.vcpus, host.vcpus)),
		memoryMib: Math.min(wanted.memoryMib, memoryMax),
		diskGib: Math.max(5, Math.min(wanted.diskGib, Math.floor(host.diskGib))),
	};
	const cuts: string[] = [];
	if (limits.vcpus < wanted.vcpus) cuts.push(`${limits.vcpus} of ${wanted.vcpus} vCPUs`);
	if (limits.memoryMib < wanted.memoryMib) cuts.push(`${gib(limits.memoryMib)} of ${gib(wanted.memoryMib)} GiB memory`);
	if (limits.diskGib < wanted.diskGib) cuts.push(`${limits.diskGib} of ${wanted.diskGib} GiB disk`);
	return {
		limits,
		notice: cuts.length ? `This host is smaller than size ${size}: the box has ${cuts.join(", ")}.` : null,
	};
}

function gib(mib: number): string {
	return String(Math.round((mib / 1024) * 10) / 10);
}
