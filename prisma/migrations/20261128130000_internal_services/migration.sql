-- AlterTable
ALTER TABLE "hosts" ADD COLUMN     "internal_ranges" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "internal_services" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "ports" INTEGER[] NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "internal_services_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "internal_services_workspace_id_name_key" ON "internal_services"("workspace_id", "name");

-- AddForeignKey
ALTER TABLE "internal_services" ADD CONSTRAINT "internal_services_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- It goes into firewall rules: nothing but an address and ports gets there.
ALTER TABLE "internal_services" ADD CONSTRAINT "internal_services_address_check" CHECK (family("address"::inet) = 4 AND "address" !~ '/');
ALTER TABLE "internal_services" ADD CONSTRAINT "internal_services_ports_check" CHECK (cardinality("ports") BETWEEN 1 AND 16 AND 1 <= ALL ("ports") AND 65535 >= ALL ("ports"));

CREATE TRIGGER internal_services_notify AFTER INSERT OR UPDATE OR DELETE ON "internal_services"
    FOR EACH ROW EXECUTE FUNCTION notify_network_policy_changed();
