-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "isolation_every_days" INTEGER DEFAULT 90;

-- CreateTable
CREATE TABLE "isolation_reports" (
    "id" TEXT NOT NULL,
    "host_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "cause" TEXT NOT NULL,
    "requested_by" TEXT,
    "devbox_id" TEXT,
    "product_version" TEXT,
    "engine" TEXT,
    "network_setup" TEXT,
    "attempts" JSONB NOT NULL DEFAULT '[]',
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "isolation_reports_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "isolation_reports_created_at_idx" ON "isolation_reports"("created_at");

-- AddForeignKey
ALTER TABLE "isolation_reports" ADD CONSTRAINT "isolation_reports_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One audit of a host at a time.
CREATE UNIQUE INDEX "isolation_reports_open_key" ON "isolation_reports"("host_id") WHERE "status" IN ('pending', 'running');
