/** What the web process holds once: its configuration and its few connections. Made on first use, so that a build needs neither. */
import { readFileSync } from "node:fs";
import { type Config, readConfig } from "../config/config.ts";
import { type Database, openDatabase } from "../db/database.ts";

type WebServer = { config: Config; db: Database; authSecret: string };

// A reload in development evaluates this module again; its connections stay.
const holder = globalThis as { devboxWebServer?: WebServer };

export function webServer(): WebServer {
	holder.devboxWebServer ??= openWebServer();
	return holder.devboxWebServer;
}

function openWebServer(): WebServer {
	const config = readConfig(process.env);
	if (!config.authSecretFile)
		throw new Error("AUTH_SECRET_FILE is not set. Start with `npm start`, which makes the secret.");
	const authSecret = readFileSync(config.authSecretFile, "utf8").trim();
	// next-auth reads its own address from the environment alone.
	process.env.NEXTAUTH_URL = config.publicUrl.origin;
	return {
		config,
		authSecret,
		db: openDatabase(config.databaseUrl.reveal(), { applicationName: "devbox-web", connectionsMax: 4 }),
	};
}
