-- AlterTable
ALTER TABLE "github_connections" ADD COLUMN     "linked_sign_in" BOOLEAN NOT NULL DEFAULT false;
