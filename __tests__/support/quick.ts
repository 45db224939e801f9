/** Whole runs on a service that works fast: for tests to which its usual times do not matter, as each read costs. */
import type { Behaviour } from '../../emulator/world/behaviour.ts';
import { onStage } from './stage.ts';
import { type VirtualOptions, withVirtualWorld } from './virtual.ts';

const quick: Partial<Behaviour> = { rebuildMs: 20_000, imageMs: 20_000 };

/** `onStage` on a fast service, but for what the options say of it. */
export const quickStage: typeof onStage = (options, test) => onStage(quickened(options), test);

/** `withVirtualWorld` on a fast service, but for what the options say of it. */
export const quickWorld: typeof withVirtualWorld = (options, test) =>
  withVirtualWorld(quickened(options), test);

function quickened<T extends VirtualOptions>(options: T): T {
  const { emulator } = options;
  return { ...options, emulator: { ...emulator, behaviour: { ...quick, ...emulator?.behaviour } } };
}
