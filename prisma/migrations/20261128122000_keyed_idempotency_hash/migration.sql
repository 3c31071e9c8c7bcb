-- The hashes of requests kept so far were unkeyed, over inputs with secrets in them: they go. A repetition of a request from before
-- this is told that its key was used, and does nothing twice.
UPDATE "idempotency_keys" SET "input_hash" = 'unkeyed';
