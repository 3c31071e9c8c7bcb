-- AlterTable
ALTER TABLE "isolation_reports" ADD COLUMN     "failed" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "not_tried" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "passed" INTEGER NOT NULL DEFAULT 0;

-- A list of reports reads no attempts.
UPDATE "isolation_reports" r SET "passed" = c."passed", "failed" = c."failed", "not_tried" = c."not_tried"
FROM (SELECT "id",
        (SELECT count(*) FROM jsonb_array_elements("attempts") a WHERE a ->> 'result' = 'passed') AS "passed",
        (SELECT count(*) FROM jsonb_array_elements("attempts") a WHERE a ->> 'result' = 'failed') AS "failed",
        (SELECT count(*) FROM jsonb_array_elements("attempts") a WHERE a ->> 'result' = 'not_applicable') AS "not_tried"
    FROM "isolation_reports") c
WHERE c."id" = r."id";

-- The latest of each host.
CREATE INDEX "isolation_reports_host_id_finished_at_idx" ON "isolation_reports"("host_id", "finished_at");

-- They are of hosts: the change is everybody's, as that of a filter is.
CREATE TRIGGER isolation_reports_notify AFTER INSERT OR UPDATE OF "status" ON "isolation_reports"
    FOR EACH ROW EXECUTE FUNCTION notify_filter_changed();
