-- AlterTable
ALTER TABLE "images" ADD COLUMN     "programs" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "tailscale_settings" (
    "workspace_id" TEXT NOT NULL,
    "is_enabled" BOOLEAN NOT NULL,
    "is_locked" BOOLEAN NOT NULL,
    "client_id" TEXT,
    "tags" TEXT[],
    "hostname" TEXT NOT NULL,
    "login_server" TEXT,
    "on_failure" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL,

    CONSTRAINT "tailscale_settings_pkey" PRIMARY KEY ("workspace_id")
);

-- AddForeignKey
ALTER TABLE "tailscale_settings" ADD CONSTRAINT "tailscale_settings_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "devbox_tailscale" (
    "devbox_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "tags" TEXT[],
    "hostname" TEXT NOT NULL,
    "login_server" TEXT,
    "on_failure" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "message" TEXT,
    "node_name" TEXT,
    "addresses" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "token_id" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "devbox_tailscale_pkey" PRIMARY KEY ("devbox_id")
);

-- AddForeignKey
ALTER TABLE "devbox_tailscale" ADD CONSTRAINT "devbox_tailscale_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;
