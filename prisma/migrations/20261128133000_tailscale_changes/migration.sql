-- AlterTable
ALTER TABLE "devbox_tailscale" ADD COLUMN     "boot" TEXT,
ADD COLUMN     "is_enabled" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "rejoin_at" TIMESTAMPTZ(3),
ADD COLUMN     "rejoins" INTEGER NOT NULL DEFAULT 0;
