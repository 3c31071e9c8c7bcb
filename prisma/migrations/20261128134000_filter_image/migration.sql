-- AlterTable
ALTER TABLE "hosts" ADD COLUMN     "filter_image" TEXT;
