/** Replacing a file as a whole, on every system that a runner has. */
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';

/** The calls that differ between systems, and which system it is. */
export interface FileSystem {
  readonly platform: NodeJS.Platform;
  rename(from: string, to: string): void;
  /** Makes sure that the disk has what was written. */
  flush(handle: number): void;
  /** Waits for so many milliseconds, in which nothing else of the process runs. */
  pause(ms: number): void;
}

const fileSystem: FileSystem = {
  platform: process.platform,
  rename: renameSync,
  flush: fsyncSync,
  pause: (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
};

/**
 * Pauses between tries of a rename on Windows, in milliseconds: 1.3 s in all. There a rename fails as long as another
 * program, such as a virus scanner or the search indexer, has the file open.
 */
const renamePausesMs = [10, 20, 40, 80, 160, 320, 640];

/** What a locked file gives on Windows (libuv's names for ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION). */
const lockedCodes = new Set(['EPERM', 'EACCES', 'EBUSY']);

/** What a file system says that has no flush, as some that are mounted over a network. */
const noFlushCodes = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS']);

/**
 * Replaces a file so that a kill leaves the text of before or the new one, never half of it. When it returns the disk
 * has it, as far as the file system can promise that. On Linux and macOS only its owner can read it; on Windows those
 * who can read its folder.
 *
 * @throws what the file system throws, such as ENOSPC; the text of before is still there then
 */
export function replaceFile(file: string, text: string, system: FileSystem = fileSystem): void {
  const aside = partOf(file);
  const handle = openSync(aside, 'w', 0o600);
  try {
    writeFileSync(handle, text);
    flush(handle, system);
  } finally {
    closeSync(handle);
  }
  renameOver(aside, file, system);
}

/** Where a file is written before it takes its place. */
export function partOf(file: string): string {
  return `${file}.part`;
}

function flush(handle: number, system: FileSystem): void {
  try {
    system.flush(handle);
  } catch (error) {
    if (!noFlushCodes.has(codeOf(error))) throw error;
  }
}

function renameOver(from: string, to: string, system: FileSystem): void {
  const pauses = system.platform === 'win32' ? renamePausesMs : [];
  for (const ms of pauses) {
    try {
      system.rename(from, to);
      return;
    } catch (error) {
      if (!lockedCodes.has(codeOf(error))) throw error;
    }
    system.pause(ms);
  }
  system.rename(from, to);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
