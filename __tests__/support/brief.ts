/** Worlds for tests that do not care how long a rebuild or an image takes: a run makes half of the usual calls. */
import { onStage } from './stage.ts';
import { type VirtualOptions, type VirtualWorld, withVirtualWorld } from './virtual.ts';

/** The same options, but that a rebuild and an image take 20 s, and that they are observed every 20 s. */
function brief<T extends VirtualOptions>(options: T): T {
  const behaviour = { rebuildMs: 20_000, imageMs: 20_000, ...options.emulator?.behaviour };
  const request = { pollIntervalMs: 20_000, ...options.request };
  return { ...options, request, emulator: { ...options.emulator, behaviour } };
}

/** As `withVirtualWorld`, with a quick service that is observed less often. */
export function withBriefWorld<T>(
  options: VirtualOptions,
  test: (world: VirtualWorld) => Promise<T>
): Promise<T> {
  return withVirtualWorld(brief(options), test);
}

/** As `onStage`, with a quick service that is observed less often. */
export const onBriefStage: typeof onStage = (options, test) => onStage(brief(options), test);
