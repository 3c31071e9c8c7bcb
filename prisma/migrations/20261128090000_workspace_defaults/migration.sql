-- AlterTable
ALTER TABLE "users" ADD COLUMN "onboarding_dismissed_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN "idle_timeout_seconds" INTEGER,
ADD COLUMN "expires_after_seconds" INTEGER,
ADD COLUMN "expires_at" TIMESTAMPTZ(3),
ADD COLUMN "stop_cause" TEXT,
ADD COLUMN "resolved" JSONB;

-- CreateTable
CREATE TABLE "workspace_defaults" (
    "workspace_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "image" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "repository_url" TEXT,
    "repository_branch" TEXT,
    "setup_commands" TEXT[],
    "setup_timeout_seconds" INTEGER NOT NULL,
    "idle_timeout_seconds" INTEGER,
    "expires_after_seconds" INTEGER,
    "devboxes_per_member" INTEGER NOT NULL,
    "locked" TEXT[],
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "workspace_defaults_pkey" PRIMARY KEY ("workspace_id")
);

-- AddForeignKey
ALTER TABLE "workspace_defaults" ADD CONSTRAINT "workspace_defaults_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- What the loops look for: the few boxes that have such a rule and are not gone.
CREATE INDEX "devboxes_expiring" ON "devboxes" ("expires_at") WHERE "expires_at" IS NOT NULL AND "released_at" IS NULL;
-- Whether a member ever opened a terminal.
CREATE INDEX "audit_events_terminals" ON "audit_events" ("user_id") WHERE "action" = 'terminal.open';
