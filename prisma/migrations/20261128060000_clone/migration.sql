-- AlterTable
ALTER TABLE "workspaces" ADD COLUMN     "git_proxy" BOOLEAN NOT NULL DEFAULT true;

-- AlterTable
ALTER TABLE "devbox_repositories" ADD COLUMN     "clone_note" TEXT,
ADD COLUMN     "depth" INTEGER,
ADD COLUMN     "is_private" BOOLEAN,
ADD COLUMN     "is_proxied" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "push" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "submodules" BOOLEAN NOT NULL DEFAULT false;
