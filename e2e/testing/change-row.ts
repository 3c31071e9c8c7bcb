import { withOwnerClient } from "../../ops/database/owner-client.ts";
import { findInstall } from "../../ops/install/install.ts";
import { install } from "../install.ts";

/** One statement on the install's database, with the id of the one row that it changes: for what takes hours otherwise. */
export async function changeRow(sql: string, id: string): Promise<void> {
	const { rowCount } = await withOwnerClient(await findInstall({ data: install.dataDir }), (client) =>
		client.query(sql, [id]),
	);
	if (rowCount !== 1) throw new Error(`${rowCount} rows were changed by: ${sql}`);
}
