import { Duplex, PassThrough } from "node:stream";
import pino from "pino";
import { expect, test } from "vitest";
import type { Database } from "../../lib/db/database.ts";
import type { BoxChannel, BoxLink, BoxLinks } from "../../lib/domain/box-link.ts";
import type { ExecRecord } from "../../lib/domain/exec.ts";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { openAttachedExecs } from "./attached-execs.ts";

/** A box that takes all and says nothing. */
function silentLink(): BoxLink {
	const stdio = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
	const channel = { stdio, stderr: new PassThrough(), close: () => stdio.destroy() };
	return { open: async () => channel as Partial<BoxChannel> as BoxChannel } as Partial<BoxLink> as BoxLink;
}

function holder(revoked: readonly string[]) {
	const query = async (_text: unknown, [ids]: [string[]]) => ({
		rows: revoked.filter((id) => ids.includes(id)).map((id) => ({ id })),
	});
	const listen = async () => ({ close: async () => undefined });
	const heard: ((id: string) => void)[] = [];
	const onCredential: ChangeFeed["onCredential"] = (listener) => {
		heard.push(listener);
		return () => undefined;
	};
	const execs = openAttachedExecs({
		db: { pool: { query }, listen } as unknown as Database,
		changes: { onCredential, onGap: () => () => undefined } as Partial<ChangeFeed> as ChangeFeed,
		linksOf: () => ({ get: async () => silentLink() }) as Partial<BoxLinks> as BoxLinks,
		log: pino({ level: "silent" }),
	});
	// It was told to nobody who knew of what is only being started.
	for (const id of revoked) for (const tell of heard) tell(id);
	return execs;
}

async function start(execs: ReturnType<typeof holder>, credentialIds: string[]): Promise<ExecRecord> {
	const record = { id: "exe_1", devboxId: "dbx_1", status: "running", argv: ["true"], credentialIds, reason: null };
	const input = { env: {}, stdin: null, isStdinOpen: false, pty: null, lingerMs: 60_000 };
	const prepared = await execs.prepare({ hostId: "h", devboxId: "dbx_1", user: "devbox" });
	const whole = { timeoutMs: null, ...record } as Partial<ExecRecord> as ExecRecord;
	prepared.start({ record: whole, input });
	return whole;
}

test("a credential that was revoked while its exec was being started ends it, though nobody says so again", async () => {
	const execs = holder(["tok_gone"]);
	const record = await start(execs, ["tok_other", "tok_gone"]);
	await expect.poll(() => record.reason).toContain("revoked");
	await execs.close();
});

test("one whose credentials stand goes on", async () => {
	const execs = holder(["tok_gone"]);
	const record = await start(execs, ["tok_other"]);
	await new Promise((resolve) => setTimeout(resolve, 20));
	expect([record.reason, record.status]).toEqual([null, "running"]);
	await execs.close();
});
