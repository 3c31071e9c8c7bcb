-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "workspaces" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workspaces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "login" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "avatar_url" TEXT,
    "github_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "members" (
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "devbox_quota" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "members_pkey" PRIMARY KEY ("workspace_id","user_id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "github_login" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "invited_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "accepted_at" TIMESTAMPTZ(3),

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_links" (
    "id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hosts" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "project" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "pool" TEXT NOT NULL,
    "server_certificate" TEXT,
    "status" TEXT NOT NULL DEFAULT 'offline',
    "status_message" TEXT,
    "engine_version" TEXT,
    "vcpus" INTEGER,
    "memory_total_mib" INTEGER,
    "memory_available_mib" INTEGER,
    "pool_total_gib" DOUBLE PRECISION,
    "pool_used_gib" DOUBLE PRECISION,
    "instances_max" INTEGER,
    "probed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hosts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "images" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "build_seconds" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "images_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devboxes" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "image" TEXT NOT NULL,
    "image_ref" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "vcpus" INTEGER,
    "memory_mib" INTEGER,
    "disk_gib" INTEGER,
    "notice" TEXT,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "power" TEXT NOT NULL DEFAULT 'off',
    "desired_state" TEXT NOT NULL DEFAULT 'running',
    "reason" TEXT,
    "host_id" TEXT,
    "address" TEXT,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ready_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "destroyed_at" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),
    "keep_until" TIMESTAMPTZ(3),

    CONSTRAINT "devboxes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "pipeline" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "claimed_by" TEXT,
    "lease_expires_at" TIMESTAMPTZ(3),
    "not_before" TIMESTAMPTZ(3) NOT NULL DEFAULT now(),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operations" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "message" TEXT NOT NULL DEFAULT '',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "undo_needed" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric_samples" (
    "devbox_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "cpu_percent" DOUBLE PRECISION NOT NULL,
    "memory_bytes" BIGINT NOT NULL,
    "disk_bytes" BIGINT,

    CONSTRAINT "metric_samples_pkey" PRIMARY KEY ("devbox_id","at")
);

-- CreateTable
CREATE TABLE "terminal_tickets" (
    "token_hash" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "terminal" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "terminal_tickets_pkey" PRIMARY KEY ("token_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_login_key" ON "users"("login");

-- CreateIndex
CREATE UNIQUE INDEX "users_github_id_key" ON "users"("github_id");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_workspace_id_github_login_key" ON "invitations"("workspace_id", "github_login");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_links_token_hash_key" ON "sign_in_links"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions"("token_hash");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_name_key" ON "hosts"("name");

-- CreateIndex
CREATE UNIQUE INDEX "images_name_key" ON "images"("name");

-- CreateIndex
CREATE INDEX "devboxes_workspace_id_owner_id_idx" ON "devboxes"("workspace_id", "owner_id");

-- CreateIndex
CREATE INDEX "devboxes_host_id_idx" ON "devboxes"("host_id");

-- CreateIndex
CREATE INDEX "runs_devbox_id_idx" ON "runs"("devbox_id");

-- CreateIndex
CREATE INDEX "operations_devbox_id_created_at_idx" ON "operations"("devbox_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "operations_run_id_position_key" ON "operations"("run_id", "position");

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "members" ADD CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sign_in_links" ADD CONSTRAINT "sign_in_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devboxes" ADD CONSTRAINT "devboxes_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devboxes" ADD CONSTRAINT "devboxes_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devboxes" ADD CONSTRAINT "devboxes_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "runs" ADD CONSTRAINT "runs_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operations" ADD CONSTRAINT "operations_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "operations" ADD CONSTRAINT "operations_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_samples" ADD CONSTRAINT "metric_samples_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's schema cannot say.

-- A name is unique in its workspace until the engine confirmed that the instance is gone.
CREATE UNIQUE INDEX "devboxes_name_live_key" ON "devboxes" ("workspace_id", "name") WHERE "released_at" IS NULL;
-- What workers look for.
CREATE INDEX "runs_claimable_idx" ON "runs" ("not_before", "created_at") WHERE "status" IN ('pending', 'running');

-- Live changes: every reader hears of them from here, so that no writer can forget to say.
CREATE FUNCTION notify_devbox_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', NEW.id, 'workspace_id', NEW.workspace_id, 'owner_id', NEW.owner_id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER devboxes_notify AFTER INSERT OR UPDATE ON "devboxes" FOR EACH ROW EXECUTE FUNCTION notify_devbox_changed();

CREATE FUNCTION notify_operation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', d.id, 'workspace_id', d.workspace_id, 'owner_id', d.owner_id)::text)
  FROM devboxes d WHERE d.id = NEW.devbox_id;
  RETURN NULL;
END $$;
CREATE TRIGGER operations_notify AFTER INSERT OR UPDATE ON "operations" FOR EACH ROW EXECUTE FUNCTION notify_operation_changed();

CREATE FUNCTION notify_run_ready() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'pending' AND NEW.not_before <= clock_timestamp() THEN PERFORM pg_notify('run_ready', NEW.id); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER runs_notify AFTER INSERT OR UPDATE OF "status", "not_before" ON "runs" FOR EACH ROW EXECUTE FUNCTION notify_run_ready();

CREATE FUNCTION notify_session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('session_changed', COALESCE(NEW.id, OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER sessions_notify AFTER UPDATE OF "revoked_at", "expires_at" OR DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION notify_session_changed();

-- A member who is removed or disabled loses the sessions at once.
CREATE FUNCTION revoke_user_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL THEN
    UPDATE sessions SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER users_disabled AFTER UPDATE OF "disabled_at" ON "users" FOR EACH ROW EXECUTE FUNCTION revoke_user_sessions();

CREATE FUNCTION notify_hosts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hosts_changed', COALESCE(NEW.id, OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER hosts_notify AFTER INSERT OR UPDATE OF "endpoint", "server_certificate", "status", "project", "profile", "pool" OR DELETE ON "hosts" FOR EACH ROW EXECUTE FUNCTION notify_hosts_changed();
