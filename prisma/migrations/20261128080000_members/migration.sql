-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN     "access_mode" TEXT NOT NULL DEFAULT 'private';

-- What Prisma's schema cannot say.

-- Whoever sees a box hears of its changes; whoever saw it until this change hears that it changed.
CREATE OR REPLACE FUNCTION notify_devbox_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  shown BOOLEAN := NEW.access_mode = 'workspace' OR (TG_OP = 'UPDATE' AND OLD.access_mode = 'workspace');
BEGIN
  PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', NEW.id, 'workspace_id', NEW.workspace_id, 'owner_id', NEW.owner_id, 'is_shown', shown)::text);
  IF TG_OP = 'UPDATE' AND OLD.owner_id <> NEW.owner_id THEN
    PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', NEW.id, 'workspace_id', NEW.workspace_id, 'owner_id', OLD.owner_id, 'is_shown', shown)::text);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION notify_operation_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('devbox_changed', json_build_object('devbox_id', d.id, 'workspace_id', d.workspace_id, 'owner_id', d.owner_id, 'is_shown', d.access_mode = 'workspace')::text)
  FROM devboxes d WHERE d.id = NEW.devbox_id;
  RETURN NULL;
END $$;

-- Whoever leaves a workspace loses every credential for it at once, and the sessions, which are for all of the user's workspaces.
CREATE FUNCTION revoke_member_credentials() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE sessions SET revoked_at = now() WHERE user_id = OLD.user_id AND revoked_at IS NULL;
  UPDATE api_tokens SET revoked_at = now() WHERE user_id = OLD.user_id AND workspace_id = OLD.workspace_id AND revoked_at IS NULL;
  UPDATE access_sessions a SET revoked_at = now() FROM devboxes d
    WHERE d.id = a.devbox_id AND d.workspace_id = OLD.workspace_id AND a.user_id = OLD.user_id AND a.revoked_at IS NULL;
  UPDATE sign_in_links SET used_at = now() WHERE user_id = OLD.user_id AND used_at IS NULL;
  -- Keys stay, for the day on which the user comes back; what is open by one is looked at again.
  PERFORM pg_notify('credential_changed', id) FROM ssh_keys WHERE user_id = OLD.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER members_removed AFTER DELETE ON "members" FOR EACH ROW EXECUTE FUNCTION revoke_member_credentials();

-- Another role is another actor: whoever has read the old one reads again.
CREATE FUNCTION notify_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('credential_changed', id) FROM sessions WHERE user_id = NEW.user_id AND revoked_at IS NULL;
  PERFORM pg_notify('credential_changed', id) FROM api_tokens WHERE user_id = NEW.user_id AND revoked_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER members_role AFTER UPDATE OF "role" ON "members" FOR EACH ROW WHEN (OLD.role <> NEW.role) EXECUTE FUNCTION notify_member_changed();
