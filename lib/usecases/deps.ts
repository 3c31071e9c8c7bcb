import type { Database } from "../db/database.ts";
import type { BoxLinks } from "../domain/box-link.ts";
import type { AttachedExecs } from "../domain/exec.ts";
import type { IdTokenIssuer } from "../domain/identity.ts";
import type { PreviewBase } from "../domain/preview-host.ts";
import type { Sealer } from "../domain/sealer.ts";
import type { SshDoor } from "../domain/ssh-door.ts";
import type { Github } from "../github/open-github.ts";
import type { GuardedFetch } from "../net/guarded-fetch.ts";

/** `previewBase`: where previews have their names; null when they can have none. `ssh`: the SSH gateway, where there is one. */
export type Deps = { db: Database; previewBase: PreviewBase | null; ssh?: SshDoor | null };

/** For use cases that look into a box. `linksOf` throws `unavailable` for a host that this process cannot reach. */
export type BoxDeps = Deps & { linksOf: (hostId: string) => BoxLinks };

/** For use cases that run commands; `execs` holds the attached ones of this process. */
export type ExecDeps = BoxDeps & { execs: AttachedExecs };

/** For what makes devboxes: secrets are sealed before they are written, and `org/repo` is a repository at `githubUrl`. */
export type CreateDeps = Deps & { sealer: Sealer; githubUrl: string; issuer: IdTokenIssuer };

/** For what makes addresses of the dashboard to hand out. */
export type AddressDeps = Deps & { publicUrl: URL };

/** For what people do with their GitHub account. */
export type GithubDeps = Deps & { github: Github };

/** For what admins see and set of the identity of boxes. */
export type IdentityDeps = Deps & { issuer: IdTokenIssuer };

/** For what asks others on an admin's word. */
export type OutsideDeps = IdentityDeps & { askOutside: GuardedFetch };

/** What the handlers of the API get. */
export type ApiDeps = ExecDeps & CreateDeps & GithubDeps & AddressDeps & OutsideDeps;
