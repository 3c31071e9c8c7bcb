import type { Database } from "../db/database.ts";
import type { BoxLinks } from "../domain/box-link.ts";

export type Deps = { db: Database };

/** For use cases that look into a box. `linksOf` throws `unavailable` for a host that this process cannot reach. */
export type BoxDeps = Deps & { linksOf: (hostId: string) => BoxLinks };
