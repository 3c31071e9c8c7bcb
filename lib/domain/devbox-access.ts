/** Who knows of a devbox: its owner alone, or all members of the workspace. Whoever only sees it never enters it. */
export const accessModes = ["private", "workspace"] as const;
export type AccessMode = (typeof accessModes)[number];
