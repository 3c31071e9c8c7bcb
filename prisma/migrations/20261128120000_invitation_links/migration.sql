-- CreateTable
CREATE TABLE "invitation_links" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "uses_max" INTEGER NOT NULL,
    "use_count" INTEGER NOT NULL DEFAULT 0,
    "inviter_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "end_reason" TEXT,

    CONSTRAINT "invitation_links_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitation_link_uses" (
    "link_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invitation_link_uses_pkey" PRIMARY KEY ("link_id","user_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "invitation_links_token_hash_key" ON "invitation_links"("token_hash");

-- CreateIndex
CREATE INDEX "invitation_links_workspace_id_idx" ON "invitation_links"("workspace_id");

-- CreateIndex
CREATE INDEX "invitation_links_inviter_id_idx" ON "invitation_links"("inviter_id");

-- AddForeignKey
ALTER TABLE "invitation_links" ADD CONSTRAINT "invitation_links_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_links" ADD CONSTRAINT "invitation_links_inviter_id_fkey" FOREIGN KEY ("inviter_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_link_uses" ADD CONSTRAINT "invitation_link_uses_link_id_fkey" FOREIGN KEY ("link_id") REFERENCES "invitation_links"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitation_link_uses" ADD CONSTRAINT "invitation_link_uses_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say.

ALTER TABLE "invitation_links" ADD CONSTRAINT "invitation_links_uses" CHECK ("use_count" BETWEEN 0 AND "uses_max");

-- A link is its maker's right, lent: it ends, for good, when the maker is removed, disabled, or given a lower role. Whoever is owner
-- after a change of role has lost nothing.
CREATE FUNCTION end_invitation_links(of_user text, of_workspace text) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE invitation_links SET end_reason = 'inviter'
  WHERE inviter_id = of_user AND (of_workspace IS NULL OR workspace_id = of_workspace)
    AND end_reason IS NULL AND use_count < uses_max AND expires_at > now();
$$;
REVOKE ALL ON FUNCTION end_invitation_links(text, text) FROM PUBLIC;

CREATE FUNCTION end_links_of_member() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM end_invitation_links(OLD.user_id, OLD.workspace_id);
  RETURN NULL;
END $$;
CREATE TRIGGER members_removed_links AFTER DELETE ON "members" FOR EACH ROW EXECUTE FUNCTION end_links_of_member();
CREATE TRIGGER members_role_links AFTER UPDATE OF "role" ON "members" FOR EACH ROW
  WHEN (OLD.role <> NEW.role AND NEW.role <> 'owner') EXECUTE FUNCTION end_links_of_member();

CREATE FUNCTION end_links_of_user() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM end_invitation_links(NEW.id, NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER users_disabled_links AFTER UPDATE OF "disabled_at" ON "users" FOR EACH ROW
  WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL) EXECUTE FUNCTION end_links_of_user();

-- The web process may tell who joined by a link as well.
CREATE OR REPLACE FUNCTION record_sign_in(event jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF event->>'action' NOT IN ('session.begin', 'session.end', 'session.refused', 'invitation_link.use') THEN
        RAISE EXCEPTION 'this adds sign-ins to the audit log, not %', event->>'action';
    END IF;
    INSERT INTO audit_events (id, workspace_id, actor_kind, user_id, login, credential_id, action, target_kind, target_id,
        target_name, outcome, address, detail)
    VALUES (event->>'id', event->>'workspace_id', event->>'actor_kind', event->>'user_id', event->>'login',
        event->>'credential_id', event->>'action', event->>'target_kind', event->>'target_id', event->>'target_name',
        event->>'outcome', event->>'address', coalesce(event->'detail', '{}'));
END $$;
