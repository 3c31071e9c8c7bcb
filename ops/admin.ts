/** `npm run admin -- <command>`: users, keys and the audit log, from the machine itself. */
import { parseArgs } from "node:util";
import type pg from "pg";
import { AppError } from "../lib/domain/errors.ts";
import { runCommandLine } from "./command-line.ts";
import { recordOperatorAudit } from "./database/operator-audit.ts";
import { disableUser, enableUser, inviteLogin, listUsers, setQuota, setRole } from "./database/operator-users.ts";
import { withOwnerClient } from "./database/owner-client.ts";
import { pruneAudit } from "./database/prune-audit.ts";
import { findInstall, type Install } from "./install/install.ts";
import { retireKey, rewrap, rotateKey, rotateSigningKey } from "./key-commands.ts";

/** These leave an event in the audit log, once they have succeeded. `prune-audit` tells its own. */
const audited = new Set([
	"role",
	"quota",
	"disable",
	"enable",
	"invite",
	"rotate-key",
	"rewrap",
	"retire-key",
	"rotate-identity-key",
]);

type Call = { client: pg.Client; install: Install; words: string[]; role: string | undefined; isNow: boolean };

/** Each answers what it says when it is done. */
const commands: Record<string, { words: number; run: (call: Call) => Promise<string> }> = {
	users: { words: 0, run: ({ client }) => renderUsers(client) },
	role: {
		words: 2,
		run: async ({ client, words: [login = "", role = ""] }) => {
			await setRole(client, { login, role });
			return `${login} is now ${role}.`;
		},
	},
	quota: {
		words: 2,
		run: async ({ client, words: [login = "", text = ""] }) => {
			await setQuota(client, { login, quota: parseQuota(text) });
			return `${login} may have ${text === "default" ? "the default number of" : text} devboxes.`;
		},
	},
	disable: {
		words: 1,
		run: async ({ client, words: [login = ""] }) => {
			await disableUser(client, login);
			return `${login} is signed out everywhere and gets in no more. Their devboxes stay.`;
		},
	},
	enable: {
		words: 1,
		run: async ({ client, words: [login = ""] }) => {
			await enableUser(client, login);
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
		options: { data: { type: "string" }, role: { type: "string" }, now: { type: "boolean", default: false } },
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
	const said = await withOwnerClient(install, async (client) => {
		const done = await command.run({ client, install, words, role: values.role, isNow: values.now });
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
