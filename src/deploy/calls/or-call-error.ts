import { CallError } from '../../core/model/failure.ts';

/** What a call gave, or how it failed. Throws what is no failure of a call, such as `CancelledError` on abort. */
export async function orCallError<T>(call: Promise<T>): Promise<T | CallError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
}
