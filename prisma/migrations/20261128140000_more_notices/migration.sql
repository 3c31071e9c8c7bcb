-- What networks show of other tables: a lock of the workspace's default, how many devboxes follow a policy, when audits are due.
CREATE TRIGGER workspace_defaults_notify AFTER INSERT OR UPDATE ON "workspace_defaults"
    FOR EACH ROW EXECUTE FUNCTION notify_network_policy_changed();

-- Of all changes of a devbox those alone that a policy's count is made from.
CREATE TRIGGER devboxes_policy_added AFTER INSERT ON "devboxes"
    FOR EACH ROW WHEN (NEW.network_policy_id IS NOT NULL) EXECUTE FUNCTION notify_network_policy_changed();
CREATE TRIGGER devboxes_policy_changed AFTER UPDATE OF "network_policy_id", "released_at" ON "devboxes"
    FOR EACH ROW WHEN (OLD.network_policy_id IS DISTINCT FROM NEW.network_policy_id
        OR (NEW.network_policy_id IS NOT NULL AND (OLD.released_at IS NULL) <> (NEW.released_at IS NULL)))
    EXECUTE FUNCTION notify_network_policy_changed();

-- The shortest of all workspaces holds for every host.
CREATE TRIGGER workspaces_isolation_notify AFTER UPDATE OF "isolation_every_days" ON "workspaces"
    FOR EACH ROW WHEN (OLD.isolation_every_days IS DISTINCT FROM NEW.isolation_every_days) EXECUTE FUNCTION notify_filter_changed();
