-- AlterTable
ALTER TABLE "hosts" ADD COLUMN     "filter_since" TIMESTAMPTZ(3),
ADD COLUMN     "filter_started_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "network_requests" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "devbox_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "requested_by" TEXT NOT NULL,
    "asked_count" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "answered_by" TEXT,
    "answered_at" TIMESTAMPTZ(3),
    "answer" TEXT NOT NULL DEFAULT '',
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "network_requests_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "network_requests_workspace_id_status_idx" ON "network_requests"("workspace_id", "status");

-- CreateIndex
CREATE INDEX "network_requests_devbox_id_idx" ON "network_requests"("devbox_id");

-- CreateIndex
CREATE INDEX "network_decisions_last_at_idx" ON "network_decisions"("last_at");

-- AddForeignKey
ALTER TABLE "network_requests" ADD CONSTRAINT "network_requests_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "network_requests" ADD CONSTRAINT "network_requests_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Who asks twice asks once, and what is approved need not be asked for.
CREATE UNIQUE INDEX "network_requests_open_key" ON "network_requests"("devbox_id", "name") WHERE "status" IN ('pending', 'approved');

-- What has changed about networks: of a devbox, or (without one) of the workspace, or (without either) of a host.
CREATE FUNCTION notify_decisions_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('network_changed', json_build_object('workspace_id', d.workspace_id, 'devbox_id', d.id, 'owner_id', d.owner_id)::text)
    FROM devboxes d WHERE d.id IN (SELECT devbox_id FROM changed);
  RETURN NULL;
END $$;
CREATE TRIGGER network_decisions_added AFTER INSERT ON "network_decisions" REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_decisions_changed();
CREATE TRIGGER network_decisions_counted AFTER UPDATE ON "network_decisions" REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_decisions_changed();

CREATE FUNCTION notify_network_request_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('network_changed', json_build_object('workspace_id', d.workspace_id, 'devbox_id', d.id, 'owner_id', d.owner_id)::text)
    FROM devboxes d WHERE d.id = NEW.devbox_id;
  RETURN NULL;
END $$;
CREATE TRIGGER network_requests_notify AFTER INSERT OR UPDATE ON "network_requests"
    FOR EACH ROW EXECUTE FUNCTION notify_network_request_changed();

CREATE FUNCTION notify_network_policy_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('network_changed', json_build_object('workspace_id', COALESCE(NEW.workspace_id, OLD.workspace_id))::text);
  RETURN NULL;
END $$;
CREATE TRIGGER network_policies_notify AFTER INSERT OR UPDATE OR DELETE ON "network_policies"
    FOR EACH ROW EXECUTE FUNCTION notify_network_policy_changed();

CREATE FUNCTION notify_filter_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('network_changed', '{}');
  RETURN NULL;
END $$;
CREATE TRIGGER hosts_filter_notify AFTER UPDATE OF "filter_status", "filter_message", "filter_started_at" ON "hosts"
    FOR EACH ROW EXECUTE FUNCTION notify_filter_changed();
