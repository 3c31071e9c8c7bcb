-- AlterTable
ALTER TABLE "devbox_inputs" ADD COLUMN "ai_tokens_present" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "inherits_secrets" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "secrets" (
    "id" TEXT NOT NULL,
    "workspace_id" TEXT NOT NULL,
    "owner_id" TEXT,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "labels" JSONB NOT NULL DEFAULT '{}',
    "env_name" TEXT,
    "in_all_boxes" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "secret_versions" (
    "id" TEXT NOT NULL,
    "secret_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "sealed" BYTEA,
    "size_bytes" INTEGER NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "secret_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devbox_secrets" (
    "devbox_id" TEXT NOT NULL,
    "env_name" TEXT NOT NULL,
    "secret_id" TEXT NOT NULL,
    "secret_name" TEXT NOT NULL,
    "is_inherited" BOOLEAN NOT NULL DEFAULT false,
    "version_id" TEXT,
    "version" INTEGER,
    "first_used_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "devbox_secrets_pkey" PRIMARY KEY ("devbox_id","env_name")
);

-- CreateIndex
CREATE INDEX "secrets_workspace_id_owner_id_idx" ON "secrets"("workspace_id", "owner_id");

-- CreateIndex
CREATE UNIQUE INDEX "secret_versions_secret_id_version_key" ON "secret_versions"("secret_id", "version");

-- CreateIndex
CREATE INDEX "devbox_secrets_secret_id_idx" ON "devbox_secrets"("secret_id");

-- AddForeignKey
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspaces"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "secrets" ADD CONSTRAINT "secrets_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "secret_versions" ADD CONSTRAINT "secret_versions_secret_id_fkey" FOREIGN KEY ("secret_id") REFERENCES "secrets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devbox_secrets" ADD CONSTRAINT "devbox_secrets_devbox_id_fkey" FOREIGN KEY ("devbox_id") REFERENCES "devboxes"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

-- One name per owner, and one variable of one owner that goes into all boxes.
CREATE UNIQUE INDEX "secrets_owner_name_key" ON "secrets"("workspace_id", COALESCE("owner_id", ''), "name");
CREATE UNIQUE INDEX "secrets_in_all_boxes_key" ON "secrets"("workspace_id", COALESCE("owner_id", ''), "env_name") WHERE "in_all_boxes";
