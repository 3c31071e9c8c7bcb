-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "require_ssh_key" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN     "display_name" TEXT;

-- AlterTable
ALTER TABLE "terminal_tickets" RENAME COLUMN "session_id" TO "credential_id";

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "user_id" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'running',
    "locked_until" TIMESTAMPTZ(3) NOT NULL,
    "answer" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("user_id","operation","key")
);

-- CreateTable
CREATE TABLE "ssh_keys" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "public_key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "ssh_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_sessions" (
    "id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "api_token_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execs" (
    "id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "argv" TEXT[],
    "script" TEXT,
    "cwd" TEXT,
    "box_user" TEXT NOT NULL,
    "tty" BOOLEAN NOT NULL DEFAULT false,
    "timeout_ms" INTEGER,
    "status" TEXT NOT NULL DEFAULT 'running',
    "exit_code" INTEGER,
    "signal" TEXT,
    "reason" TEXT,
    "gateway_id" TEXT,
    "process_group" INTEGER,
    "credential_ids" TEXT[],
    "stdout_bytes" BIGINT NOT NULL DEFAULT 0,
    "stderr_bytes" BIGINT NOT NULL DEFAULT 0,
    "stdout_truncated" BOOLEAN NOT NULL DEFAULT false,
    "stderr_truncated" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "execs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gateways" (
    "id" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "preview_tickets" (
    "token_hash" TEXT NOT NULL,
    "credential_ids" TEXT[],
    "user_id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "preview_tickets_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "preview_sessions" (
    "token_hash" TEXT NOT NULL,
    "credential_ids" TEXT[],
    "user_id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "preview_sessions_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "devbox_inputs" (
    "devbox_id" TEXT NOT NULL,
    "env" BYTEA,
    "env_names" TEXT[],
    "ai_tokens" BYTEA,
    "inject_claude_token" BOOLEAN NOT NULL DEFAULT false,
    "inject_codex_token" BOOLEAN NOT NULL DEFAULT false,
    "setup_commands" TEXT[],
    "setup_timeout_seconds" INTEGER NOT NULL DEFAULT 900,

    CONSTRAINT "devbox_inputs_pkey" PRIMARY KEY ("devbox_id")
);

-- CreateTable
CREATE TABLE "devbox_repositories" (
    "devbox_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "installation_id" INTEGER NOT NULL DEFAULT 0,
    "repo_id" BIGINT NOT NULL DEFAULT 0,
    "full_name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "ref" TEXT,
    "target_path" TEXT NOT NULL,
    "clone_status" TEXT NOT NULL DEFAULT 'pending',
    "clone_error" TEXT,
    "commit" TEXT,

    CONSTRAINT "devbox_repositories_pkey" PRIMARY KEY ("devbox_id","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_token_hash_key" ON "api_tokens"("token_hash");

-- CreateIndex
CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens"("user_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "ssh_keys_fingerprint_key" ON "ssh_keys"("fingerprint");

-- CreateIndex
CREATE INDEX "ssh_keys_user_id_idx" ON "ssh_keys"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "access_sessions_token_hash_key" ON "access_sessions"("token_hash");

-- CreateIndex
CREATE INDEX "access_sessions_devbox_id_idx" ON "access_sessions"("devbox_id");

-- CreateIndex
CREATE INDEX "execs_devbox_id_created_at_idx" ON "execs"("devbox_id", "created_at");

-- CreateIndex
CREATE INDEX "execs_devbox_id_status_idx" ON "execs"("devbox_id", "status");

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ssh_keys" ADD CONSTRAINT "ssh_keys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_sessions" ADD CONSTRAINT "access_sessions_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "access_sessions" ADD CONSTRAINT "access_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "execs" ADD CONSTRAINT "execs_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devbox_inputs" ADD CONSTRAINT "devbox_inputs_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devbox_repositories" ADD CONSTRAINT "devbox_repositories_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- Sessions, tokens, access sessions and keys are all credentials: whoever holds a stream open for one hears when it ends.
DROP TRIGGER sessions_notify ON "sessions";
DROP FUNCTION notify_session_changed();
CREATE FUNCTION notify_credential_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('credential_changed', COALESCE(NEW.id, OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER sessions_notify AFTER UPDATE OF "revoked_at", "expires_at" OR DELETE ON "sessions" FOR EACH ROW EXECUTE FUNCTION notify_credential_changed();
CREATE TRIGGER api_tokens_notify AFTER UPDATE OF "revoked_at", "expires_at", "scopes" OR DELETE ON "api_tokens" FOR EACH ROW EXECUTE FUNCTION notify_credential_changed();
CREATE TRIGGER access_sessions_notify AFTER UPDATE OF "revoked_at", "expires_at" OR DELETE ON "access_sessions" FOR EACH ROW EXECUTE FUNCTION notify_credential_changed();
CREATE TRIGGER ssh_keys_notify AFTER UPDATE OF "public_key" OR DELETE ON "ssh_keys" FOR EACH ROW EXECUTE FUNCTION notify_credential_changed();

-- What a token has opened does not outlive it.
CREATE FUNCTION revoke_token_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) THEN
    UPDATE access_sessions SET revoked_at = now() WHERE api_token_id = OLD.id AND revoked_at IS NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER api_tokens_revoked AFTER UPDATE OF "revoked_at" OR DELETE ON "api_tokens" FOR EACH ROW EXECUTE FUNCTION revoke_token_sessions();

-- A user who is disabled loses every credential at once.
DROP TRIGGER users_disabled ON "users";
DROP FUNCTION revoke_user_sessions();
CREATE FUNCTION revoke_user_credentials() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL THEN
    UPDATE sessions SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
    UPDATE api_tokens SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
    UPDATE access_sessions SET revoked_at = now() WHERE user_id = NEW.id AND revoked_at IS NULL;
    -- Keys stay, for the day on which the user comes back; what is open by one is looked at again.
    PERFORM pg_notify('credential_changed', id) FROM ssh_keys WHERE user_id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER users_disabled AFTER UPDATE OF "disabled_at" ON "users" FOR EACH ROW EXECUTE FUNCTION revoke_user_credentials();

-- An exec's begin and end belong to what a reader of the box sees live.
CREATE FUNCTION notify_exec_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', d.id, 'workspace_id', d.workspace_id, 'owner_id', d.owner_id)::text)
  FROM devboxes d WHERE d.id = NEW.devbox_id;
  RETURN NULL;
END $$;
CREATE TRIGGER execs_notify AFTER INSERT OR UPDATE OF "status" ON "execs" FOR EACH ROW EXECUTE FUNCTION notify_exec_changed();

-- What a box was made with, its secrets among it, goes with the box, whoever ends it.
CREATE FUNCTION forget_devbox_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM devbox_inputs WHERE devbox_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER devboxes_forget_inputs AFTER UPDATE OF "state", "released_at" ON "devboxes" FOR EACH ROW
  WHEN (NEW.state = 'destroyed' OR NEW.released_at IS NOT NULL) EXECUTE FUNCTION forget_devbox_inputs();
