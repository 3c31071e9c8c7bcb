/** The gateway process: reads its environment, starts, and ends within 5 s of SIGTERM. */
import { readConfig } from "../lib/config/config.ts";
import { openDatabase } from "../lib/db/database.ts";
import { openLog } from "../lib/log/log.ts";
import { startGateway } from "./gateway.ts";
import { openHostLinks } from "./hosts/open-host-links.ts";

const stopMsMax = 4_800;

const log = openLog("gateway");
const config = readConfig(process.env);
const db = openDatabase(config.databaseUrl.reveal(), { applicationName: "devbox-gateway" });
const gateway = await startGateway({ config, db, openLinks: openHostLinks, log });
log.info({ address: gateway.address, public_url: config.publicUrl.href }, "the gateway listens");

let isStopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));

async function stop(signal: string): Promise<void> {
	if (isStopping) return;
	isStopping = true;
	log.info({ signal }, "the gateway stops");
	setTimeout(() => {
		log.error("the gateway did not stop in time");
		process.exit(1);
	}, stopMsMax).unref();
	await gateway.close();
	await db.close();
	log.info("the gateway has stopped");
	process.exit(0);
}
