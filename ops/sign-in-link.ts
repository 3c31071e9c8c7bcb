/** `npm run sign-in-link`: prints a link that signs a user in once, and nothing else on stdout. */
import { parseArgs } from "node:util";
import { runCommandLine } from "./command-line.ts";
import { recordOperatorAudit } from "./database/operator-audit.ts";
import { withOwnerClient } from "./database/owner-client.ts";
import { makeSignInLink } from "./database/sign-in-link.ts";
import { findInstall } from "./install/install.ts";

await runCommandLine(async (args) => {
	const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { data: { type: "string" } } });
	const install = await findInstall({ data: values.data });
	const publicUrl = install.record.publicUrl ?? "http://127.0.0.1:3000";
	const link = await withOwnerClient(install, async (client) => {
		const made = await makeSignInLink(client, { login: positionals[0] ?? null, publicUrl });
		await recordOperatorAudit(client, { command: "sign-in-link", words: positionals });
		return made;
	});
	console.log(link);
	return 0;
});
