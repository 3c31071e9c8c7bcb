-- AlterTable
ALTER TABLE "network_policies" ADD COLUMN     "setup_mode" TEXT,
ADD COLUMN     "setup_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "workspace_defaults" ADD COLUMN     "network_setup_mode" TEXT,
ADD COLUMN     "network_setup_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN     "network_setup_mode" TEXT,
ADD COLUMN     "network_setup_domains" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "network_phase" TEXT NOT NULL DEFAULT 'run';
