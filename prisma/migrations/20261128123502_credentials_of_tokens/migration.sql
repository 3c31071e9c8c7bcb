-- AlterTable
ALTER TABLE "ssh_keys" ADD COLUMN     "api_token_id" TEXT,
ADD COLUMN     "provider_token_id" TEXT,
ADD COLUMN     "expires_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "access_sessions" ADD COLUMN     "provider_token_id" TEXT;

-- AddForeignKey
ALTER TABLE "ssh_keys" ADD CONSTRAINT "ssh_keys_api_token_id_fkey" FOREIGN KEY ("api_token_id") REFERENCES "api_tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- What a token has made does not outlive it: of a provider's and a user's that came together, either one.
CREATE OR REPLACE FUNCTION revoke_token_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) THEN
    UPDATE access_sessions SET revoked_at = now() WHERE (api_token_id = OLD.id OR provider_token_id = OLD.id) AND revoked_at IS NULL;
    DELETE FROM ssh_keys WHERE api_token_id = OLD.id OR provider_token_id = OLD.id;
  END IF;
  RETURN NULL;
END $$;
