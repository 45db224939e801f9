import { assistantOperations } from '../assistant/operations.ts';
import { bccOperations } from '../bcc/operations.ts';
import { blbOperations } from '../blb/operations.ts';
import type { Operation } from './operation.ts';

/** All emulated calls. */
export const operations: readonly Operation[] = [...bccOperations, ...blbOperations, ...assistantOperations];
