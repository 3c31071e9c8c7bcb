-- CreateIndex
CREATE INDEX "audit_events_workspace_id_at_idx" ON "audit_events"("workspace_id", "at");

-- Append-only for everybody, the owner of the tables included, with one way out: a transaction that says before which moment it
-- removes events, and that moment is 30 days ago at the least. Only the owner may delete at all (ops/database/grant-roles.ts).
DROP TRIGGER audit_events_append_only ON "audit_events";

CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR TRUNCATE ON "audit_events"
    FOR EACH STATEMENT EXECUTE FUNCTION audit_events_are_append_only();

CREATE FUNCTION audit_events_may_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before timestamptz := nullif(current_setting('devbox.audit_prune_before', true), '')::timestamptz;
BEGIN
    IF before IS NULL OR before > now() - interval '30 days' OR OLD.at >= before THEN
        RAISE EXCEPTION 'audit events are append-only';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER audit_events_prune BEFORE DELETE ON "audit_events"
    FOR EACH ROW EXECUTE FUNCTION audit_events_may_go();

-- What the web process may add: sign-ins, and nothing else. It reads no event.
CREATE FUNCTION record_sign_in(event jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF event->>'action' NOT IN ('session.begin', 'session.end', 'session.refused') THEN
        RAISE EXCEPTION 'this adds sign-ins to the audit log, not %', event->>'action';
    END IF;
    INSERT INTO audit_events (id, workspace_id, actor_kind, user_id, login, credential_id, action, target_kind, target_id,
        target_name, outcome, address, detail)
    VALUES (event->>'id', event->>'workspace_id', event->>'actor_kind', event->>'user_id', event->>'login',
        event->>'credential_id', event->>'action', event->>'target_kind', event->>'target_id', event->>'target_name',
        event->>'outcome', event->>'address', coalesce(event->'detail', '{}'));
END $$;

REVOKE ALL ON FUNCTION record_sign_in(jsonb) FROM PUBLIC;
