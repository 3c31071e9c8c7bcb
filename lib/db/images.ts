import { type Database, dbCall } from "./database.ts";

export function listImageRows(db: Database) {
	return dbCall(() => db.prisma.image.findMany({ orderBy: { name: "asc" } }));
}

export function findImageRow(db: Database, name: string) {
	return dbCall(() => db.prisma.image.findUnique({ where: { name } }));
}
