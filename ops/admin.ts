/** `npm run admin -- <command>`: users, keys and the audit log, from the machine itself. */
import { parseArgs } from "node:util";
import type pg from "pg";
import { type Database, openDatabase } from "../lib/db/database.ts";
import type { DepartedBox } from "../lib/db/member-changes.ts";
import { AppError } from "../lib/domain/errors.ts";
import { runCommandLine } from "./command-line.ts";
import { recordOperatorAudit } from "./database/operator-audit.ts";
import { enableUser, inviteLogin, letUserGo, listUsers, setQuota, setRole } from "./database/operator-users.ts";
import { withOwnerClient } from "./database/owner-client.ts";
import { pruneAudit } from "./database/prune-audit.ts";
import { findInstall, type Install } from "./install/install.ts";
import { retireKey, rewrap, rotateKey, rotateSigningKey } from "./key-commands.ts";

/** These leave an event in the audit log, once they have succeeded. `prune-audit` and what changes a member tell their own. */
const audited = new Set(["invite", "rotate-key", "rewrap", "retire-key", "rotate-identity-key"]);

type Call = {
	client: pg.Client;
	db: Database;
	install: Install;
	words: string[];
	role: string | undefined;
	/** What becomes of the devboxes of who goes. */
	devboxes: string;
	isNow: boolean;
};

/** Each answers what it says when it is done. */
const commands: Record<string, { words: number; run: (call: Call) => Promise<string> }> = {
	users: { words: 0, run: ({ client }) => renderUsers(client) },
	role: {
		words: 2,
		run: async ({ db, words: [login = "", role = ""] }) => {
			await setRole(db, { login, role });
			return `${login} is now ${role}.`;
		},
	},
	quota: {
		words: 2,
		run: async ({ db, words: [login = "", text = ""] }) => {
			await setQuota(db, { login, quota: parseQuota(text) });
			return `${login} may have ${text === "default" ? "the default number of" : text} devboxes.`;
		},
	},
	disable: {
		words: 1,
		run: async ({ db, devboxes, words: [login = ""] }) => {
			const departed = await letUserGo(db, { login, kind: "disable", devboxes });
			return `${login} is signed out everywhere and gets in no more. ${renderDeparted(departed)}`;
		},
	},
	remove: {
		words: 1,
		run: async ({ db, devboxes, words: [login = ""] }) => {
			const departed = await letUserGo(db, { login, kind: "remove", devboxes });
			return `${login} is signed out everywhere and is no member any more. ${renderDeparted(departed)}`;
		},
	},
	enable: {
		words: 1,
		run: async ({ db, words: [login = ""] }) => {
			await enableUser(db, login);
			return `${login} may sign in again.`;
		},
	},
	invite: {
		words: 1,
		run: async ({ client, words: [login = ""], role }) => {
			await inviteLogin(client, { login, role: role ?? "member" });
			return `${login} may sign in with GitHub, as ${role ?? "member"}.`;
		},
	},
	"prune-audit": {
		words: 1,
		run: async ({ client, words: [days = ""] }) => {
			const removed = await pruneAudit(client, { olderThanDays: Number(days) });
			return `${removed} events older than ${days} days were removed from the audit log.`;
		},
	},
	"rotate-key": { words: 0, run: ({ install }) => rotateKey(install) },
	rewrap: { words: 0, run: ({ client, install }) => rewrap(client, install) },
	"rotate-identity-key": {
		words: 0,
		run: ({ client, install, isNow }) => rotateSigningKey(client, { install, isNow }),
	},
	"retire-key": { words: 1, run: ({ client, install, words: [version = ""] }) => retireKey(client, install, version) },
};

await runCommandLine(async (args) => {
	const { values, positionals } = parseArgs({
		args,
		allowPositionals: true,
		options: {
			data: { type: "string" },
			role: { type: "string" },
			devboxes: { type: "string" },
			now: { type: "boolean", default: false },
		},
	});
	const [name = "", ...words] = positionals;
	const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
	if (!command || words.length !== command.words) {
		throw new AppError({
			code: "invalid",
			message: `Known: ${Object.keys(commands).join(", ")}. See: npm run admin -- --help`,
		});
	}
	const install = await findInstall({ data: values.data });
	const said = await withOwnerClient(install, async (client, databaseUrl) => {
		const db = openDatabase(databaseUrl, { applicationName: "devbox-ops", connectionsMax: 2 });
		const { role, devboxes = "stop", now: isNow } = values;
		const done = await command
			.run({ client, db, install, words, role, devboxes, isNow })
			.finally(() => db.close().catch(() => undefined));
		if (audited.has(name))
			await recordOperatorAudit(client, {
				command: name,
				words: [...words, ...(values.role ? [values.role] : []), ...(values.now ? ["--now"] : [])],
			});
		return done;
	});
	console.log(said);
	return 0;
});

function renderDeparted(boxes: readonly DepartedBox[]): string {
	if (boxes.length === 0) return "They had no devbox.";
	return `Their devboxes: ${boxes.map(({ name, outcome }) => `${name} ${outcome}`).join(", ")}.`;
}

function parseQuota(text: string): number | null {
	if (text === "default") return null;
	const quota = Number(text);
	if (Number.isInteger(quota) && quota >= 0 && quota <= 10_000) return quota;
	throw new AppError({
		code: "invalid",
		message: `A quota is a number from 0 to 10000, or "default", not ${JSON.stringify(text)}.`,
	});
}

async function renderUsers(client: pg.Client): Promise<string> {
	const users = await listUsers(client);
	const rows = users.map((user) => [
		user.login,
		user.role,
		`${user.boxes}/${user.quota}`,
		user.via,
		user.isDisabled ? "disabled" : "active",
	]);
	const table = [["LOGIN", "ROLE", "DEVBOXES", "SIGNS IN BY", "STATE"], ...rows];
	const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
	return table
		.map((row) =>
			row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}
