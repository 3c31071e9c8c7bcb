/**
 * A box that rebooted by itself has an empty /run, and with it no environment; nothing here saw that reboot. So before a link's first
 * user, whoever opened it looks whether the environment is there, and brings it again when it is not. A box whose environment cannot be
 * brought is entered all the same: its user can then see what is wrong with it.
 */

import type { Database } from "../../lib/db/database.ts";
import { isAskedForEnvironment, settleAiTokens } from "../../lib/db/devbox-inputs.ts";
import { findDevboxPresence } from "../../lib/db/devbox-presence.ts";
import type { BoxLink, BoxLinks } from "../../lib/domain/box-link.ts";
import { devboxIdOf } from "../../lib/domain/ids.ts";
import type { Sealer } from "../../lib/domain/sealer.ts";
import type { Log } from "../../lib/log/log.ts";
import { bringEnvironment } from "../../lib/usecases/environment/bring-environment.ts";

type RestoreOptions = { db: Pick<Database, "pool">; sealer: Sealer; log: Log };

const lookTimeoutMs = 5_000;
const bootTimeoutMs = 30_000;
const patienceMs = 2_000;

export function withEnvironment(links: BoxLinks, o: RestoreOptions): BoxLinks {
	const looked = new WeakMap<BoxLink, Promise<void>>();
	const looking = new Map<string, Promise<void>>();

	/** One look per link, and one at a time per box. */
	function look(instance: string, link: BoxLink): Promise<void> {
		const known = looked.get(link);
		if (known !== undefined) return known;
		const work = looking.get(instance) ?? restore({ ...o, links, instance }).finally(() => looking.delete(instance));
		looking.set(instance, work);
		looked.set(link, work);
		return work;
	}

	return {
		async get(asked) {
			const link = await links.get(asked);
			await look(asked.instance, link);
			return link;
		},
		async openForwarding(asked) {
			const link = await links.openForwarding(asked);
			await look(asked.instance, link);
			return link;
		},
		holdControl: (asked) => links.holdControl(asked),
		drop: (instance) => links.drop(instance),
		close: () => links.close(),
	};
}

/** Never throws: see above. */
async function restore(o: RestoreOptions & { links: BoxLinks; instance: string }): Promise<void> {
	const { db, instance, log } = o;
	const devboxId = devboxIdOf(instance);
	try {
		if (!(await isAskedForEnvironment(db.pool, devboxId))) return;
		const link = await o.links.get({ instance, user: "root" });
		const there = await link.run({ command: "test -f /run/devbox/env", timeoutMs: lookTimeoutMs });
		if (there.code === 0) return;
		// Before that, systemd may still put its own /run over what is written.
		await link.run({ command: "systemctl start basic.target", timeoutMs: bootTimeoutMs });
		const presence = await findDevboxPresence(db, devboxId);
		if (presence?.state !== "ready") return;
		const box = { pool: db.pool, sealer: o.sealer, devboxId, devboxName: presence.name, patienceMs };
		const brought = await bringEnvironment({ ...box, link, isRunningOn: false, failsWithout: false });
		if (!brought) return;
		const settled = { present: brought.aiTokensPresent, sealed: brought.environment.aiTokensSealed };
		await settleAiTokens(db.pool, { devboxId, settled, patienceMs });
		log.info({ devbox: devboxId }, "a box that rebooted by itself has its environment again");
	} catch (error) {
		log.warn({ err: error, devbox: devboxId }, "a box's environment could not be looked at or brought again");
	}
}
