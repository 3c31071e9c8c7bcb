-- CreateTable
CREATE TABLE "user_settings" (
    "user_id" TEXT NOT NULL,
    "commit_name" TEXT,
    "commit_email" TEXT,
    "dotfiles_url" TEXT,
    "dotfiles_ref" TEXT,
    "dotfiles_script" TEXT,
    "shell" TEXT,
    "editor" TEXT,

    CONSTRAINT "user_settings_pkey" PRIMARY KEY ("user_id")
);

-- AddForeignKey
ALTER TABLE "user_settings" ADD CONSTRAINT "user_settings_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
