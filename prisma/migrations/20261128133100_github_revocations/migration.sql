-- CreateTable
CREATE TABLE "github_revocations" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "login" TEXT NOT NULL,
    "github_url" TEXT NOT NULL,
    "tokens" BYTEA NOT NULL,
    "version" INTEGER NOT NULL,
    "access_expires_at" TIMESTAMPTZ(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "github_revocations_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "github_revocations" ADD CONSTRAINT "github_revocations_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;
