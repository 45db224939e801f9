import type { RebuildSecrets } from '../core/model/rebuild-secrets.ts';
import type { GuestProbe } from './assistant.ts';
import type { Balancers } from './balancers.ts';
import type { Bcc } from './bcc.ts';
import type { Cancel } from './cancel.ts';
import type { Clock, Random } from './clock.ts';
import type { Log } from './log.ts';
import type { Probe } from './probe.ts';

/** All that a run needs of the world; each part of `deploy` names those that it uses. */
export interface Ports {
  readonly bcc: Bcc;
  readonly balancers: Balancers;
  readonly probe: Probe;
  /** Only where a check looks from inside. */
  readonly guests?: GuestProbe | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly cancel: Cancel;
  readonly log: Log;
  /** The login and the scripts, which the sender alone reads. */
  readonly secrets: RebuildSecrets;
  /** Names the run in the names of backup images. */
  readonly runId: string;
}
