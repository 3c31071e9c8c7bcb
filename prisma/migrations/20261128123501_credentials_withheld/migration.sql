-- AlterTable
ALTER TABLE "devboxes" ADD COLUMN     "credentials_withheld" BOOLEAN NOT NULL DEFAULT false;
