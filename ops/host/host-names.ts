/** What belongs to an install on an engine is found by these names alone, so that work left half-done can be gone on with or removed. */
import { AppError } from "../../lib/domain/errors.ts";

export type HostNames = {
	/** Project, storage pool, client certificate. */
	project: string;
	pool: string;
	certificate: string;
	profile: string;
	/** Interface names hold 15 characters. */
	bridge: string;
	acl: string;
	/** The bridge of boxes with a network policy. */
	fence: string;
	/** The host's end of the egress filter's leg on the boxes' bridge. */
	filterPort: string;
	/** Our own nftables tables, of family inet and bridge. */
	firewallTable: string;
	/** Written as `user.devbox.install` on all that carries a configuration. */
	label: string;
};

export const installLabel = "user.devbox.install";

/** @throws AppError `invalid` for an id that is not 6 characters a-z, 0-9: it goes into interface and table names. */
export function hostNames(installId: string): HostNames {
	if (!/^[a-z0-9]{6}$/.test(installId)) {
		throw new AppError({ code: "invalid", message: `An install id is 6 characters a-z or 0-9, not "${installId}".` });
	}
	return {
		project: `devbox-${installId}`,
		pool: `devbox-${installId}`,
		certificate: `devbox-${installId}`,
		profile: "box",
		bridge: `dbx${installId}`,
		acl: `devbox-${installId}`,
		fence: `dbf${installId}`,
		filterPort: `dbp${installId}`,
		firewallTable: `devbox_${installId}`,
		label: installId,
	};
}

/** What every stage of the set-up gets. */
export type HostStage = {
	installId: string;
	signal: AbortSignal;
	/** Says what happens now, in a few words. */
	progress: (phrase: string) => void;
};
