/** What an engine does not come back from: compiled alternatives are put before one another, for minutes, and no loop of that polls. */
export const endless = "new RegExp('a|'.repeat(1e6)).test('')";
