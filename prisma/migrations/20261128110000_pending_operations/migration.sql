-- What waits or runs now, of all boxes: every list and poll of devboxes asks for it, and all that was ever done is much more.
CREATE INDEX "operations_pending_idx" ON "operations" ("devbox_id", "created_at", "position") WHERE "status" = 'pending';
