/**
 * The most IDs that one call takes: a list by IDs (BCC page Kksyfijrw), a rebuild of many (BCC page Fk48bhw50), and the
 * agents and runs of Cloud Assistant (BatchGetAgent).
 */
export const maxIdsPerCall = 100;
