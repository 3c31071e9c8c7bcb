/** A member's wish that a devbox may reach one more name, and how long an admin lets it. */
export const networkRequestStatuses = ["pending", "approved", "declined", "ended"] as const;
export type NetworkRequestStatus = (typeof networkRequestStatuses)[number];

/** How long an approval holds, in seconds; null: for good. */
export const approvalTimes = { "1h": 3_600, "1d": 86_400, "7d": 604_800, never: null } as const;
export type ApprovalTime = keyof typeof approvalTimes;
export const approvalTimeNames = Object.keys(approvalTimes) as [ApprovalTime, ...ApprovalTime[]];

/** What a person is told that an approval's time is. */
export const approvalTimeLabels = {
	"1h": "For an hour",
	"1d": "For a day",
	"7d": "For 7 days",
	never: "For good",
} as const satisfies Record<ApprovalTime, string>;

/** Of one devbox at a time: somebody has to read them. */
export const openRequestsMax = 50;
export const requestWordsMax = 500;

/** The answer of an approval that ended because its devbox was given no network at all. */
export const takenOffTheNetwork = "Its devbox was taken off the network.";
