-- The default network policy is one of the workspace's defaults, with their version and their locks.
-- AlterTable
ALTER TABLE "workspace_defaults" ADD COLUMN     "network_policy_name" TEXT,
ADD COLUMN     "network_mode" TEXT NOT NULL DEFAULT 'open',
ADD COLUMN     "network_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- AddForeignKey
ALTER TABLE "workspace_defaults" ADD CONSTRAINT "workspace_defaults_workspace_id_network_policy_name_fkey" FOREIGN KEY ("workspace_id", "network_policy_name") REFERENCES "network_policies"("workspace_id", "name") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What was set moves; beside it stands what the product comes with, where nobody changed a default yet.
INSERT INTO "workspace_defaults" AS d ("workspace_id", "version", "image", "size", "setup_commands", "setup_timeout_seconds",
    "devboxes_per_member", "locked", "updated_by", "network_mode", "network_domains")
SELECT w."id", 1, 'builtin:base', 's', ARRAY[]::TEXT[], 900, 10,
    CASE WHEN w."network_locked" THEN ARRAY['network_policy'] ELSE ARRAY[]::TEXT[] END, 'upgrade', w."network_mode", w."network_domains"
FROM "workspaces" w WHERE w."network_mode" <> 'open' OR w."network_locked"
ON CONFLICT ("workspace_id") DO UPDATE SET "version" = d."version" + 1, "locked" = d."locked" || excluded."locked",
    "network_mode" = excluded."network_mode", "network_domains" = excluded."network_domains";

-- AlterTable
ALTER TABLE "workspaces" DROP COLUMN "network_domains",
DROP COLUMN "network_locked",
DROP COLUMN "network_mode";
