-- CreateTable
CREATE TABLE "github_connections" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "github_url" TEXT NOT NULL,
    "github_user_id" BIGINT NOT NULL,
    "github_login" TEXT NOT NULL,
    "tokens" BYTEA NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "scopes" TEXT[],
    "access_expires_at" TIMESTAMPTZ(3),
    "status" TEXT NOT NULL DEFAULT 'connected',
    "status_reason" TEXT,
    "refreshing_until" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "github_connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "github_org_grants" (
    "connection_id" TEXT NOT NULL,
    "org_id" BIGINT NOT NULL,
    "org_login" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "github_org_grants_pkey" PRIMARY KEY ("connection_id","org_id")
);

-- CreateTable
CREATE TABLE "github_oauth_states" (
    "state_hash" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "verifier_salt" TEXT NOT NULL,
    "return_url" TEXT NOT NULL,
    "credential_kind" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "github_oauth_states_pkey" PRIMARY KEY ("state_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "github_connections_workspace_id_user_id_key" ON "github_connections"("workspace_id", "user_id");

-- CreateIndex
CREATE INDEX "github_oauth_states_workspace_id_user_id_idx" ON "github_oauth_states"("workspace_id", "user_id");

-- AddForeignKey
ALTER TABLE "github_connections" ADD CONSTRAINT "github_connections_workspace_id_user_id_fkey" FOREIGN KEY ("workspace_id", "user_id") REFERENCES "members"("workspace_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "github_org_grants" ADD CONSTRAINT "github_org_grants_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "github_connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "github_oauth_states" ADD CONSTRAINT "github_oauth_states_workspace_id_user_id_fkey" FOREIGN KEY ("workspace_id", "user_id") REFERENCES "members"("workspace_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;
