import { type Database, dbCall } from "./database.ts";
import type { Prisma } from "./generated/client.ts";

export type HostRow = Prisma.HostGetPayload<object> & { devboxCount: number };

/** Every host, with the number of boxes that are placed there and not gone. Hosts belong to the install, not to a workspace. */
export async function listHostRows(db: Pick<Database, "prisma">): Promise<HostRow[]> {
	const rows = await dbCall(() =>
		db.prisma.host.findMany({
			include: { _count: { select: { devboxes: { where: { releasedAt: null } } } } },
			orderBy: { createdAt: "asc" },
		}),
	);
	return rows.map(({ _count, ...host }) => ({ ...host, devboxCount: _count.devboxes }));
}
