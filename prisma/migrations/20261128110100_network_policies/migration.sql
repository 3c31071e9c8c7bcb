-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "network_mode" TEXT NOT NULL DEFAULT 'open',
ADD COLUMN     "network_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "network_locked" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "hosts" ADD COLUMN     "fence_address" TEXT,
ADD COLUMN     "fence_resolvers" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "filter_status" TEXT,
ADD COLUMN     "filter_message" TEXT;

-- CreateTable
CREATE TABLE "network_policies" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "network_policies_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "network_policies_workspace_id_name_key" ON "network_policies"("workspace_id", "name");

-- AddForeignKey
ALTER TABLE "network_policies" ADD CONSTRAINT "network_policies_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN     "network_mode" TEXT NOT NULL DEFAULT 'open',
ADD COLUMN     "network_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "network_policy_id" TEXT,
ADD COLUMN     "network_place" INTEGER,
ADD COLUMN     "network_fenced" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "network_applied" TEXT;

-- AddForeignKey
ALTER TABLE "devboxes" ADD CONSTRAINT "devboxes_network_policy_id_fkey" FOREIGN KEY ("network_policy_id") REFERENCES "network_policies"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Two boxes never share an address on a host's fence; it is free when the engine has confirmed that its box is gone.
CREATE UNIQUE INDEX "devboxes_network_place_key" ON "devboxes"("host_id", "network_place")
    WHERE "released_at" IS NULL AND "network_place" IS NOT NULL;

-- CreateTable
CREATE TABLE "network_decisions" (
    "devbox_id" TEXT NOT NULL,
    "protocol" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "verdict" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "network_decisions_pkey" PRIMARY KEY ("devbox_id","protocol","name","port","verdict","why","rule")
);

-- AddForeignKey
ALTER TABLE "network_decisions" ADD CONSTRAINT "network_decisions_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;
