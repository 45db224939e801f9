import { assistantOperations } from '../assistant/operations.ts';
import { bccOperations } from '../bcc/operations.ts';
import { blbOperations } from '../blb/operations.ts';
import type { Operation } from './operation.ts';

/** All calls that are answered. */
export const operations: readonly Operation[] = [...bccOperations, ...blbOperations, ...assistantOperations];
