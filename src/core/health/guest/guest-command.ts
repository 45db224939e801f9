/** What Cloud Assistant is told to run inside an instance. Nothing of ours writes to the instance. */
import { Secret } from '../../model/secret.ts';
import type { GuestScript, GuestSystem } from './guest-system.ts';

/** One thing to run, the same for all instances that it is run on together. */
export interface GuestCommand {
  /** Two commands with the same key do the same; it holds nothing of the script. */
  readonly key: string;
  readonly system: GuestSystem;
  /** `undefined` leaves the user to the agent. */
  readonly user: string | undefined;
  /** After which the service ends it. */
  readonly timeoutSeconds: number;
  /** The text that is run; a fresh nonce for each run. */
  content(nonce: string): Secret;
}

/** How long the probe may take inside the instance, in seconds: it reads two files. */
const probeSeconds = 30;

/** The longest time for one run of the script. The service's own limit is not documented; its examples are 60 and 300. */
const maxScriptSeconds = 600;

/**
 * Prints one line with the nonce, the ID of the boot and the seconds since it: `RB1 nonce=… boot=… up=…`. Uptime and
 * not the date, for the guest's clock may be wrong. Reads only.
 */
export function probeCommand(system: GuestSystem): GuestCommand {
  return {
    key: `probe ${system}`,
    system,
    user: system === 'linux' ? 'root' : undefined,
    timeoutSeconds: probeSeconds,
    content: (nonce) =>
      new Secret(
        system === 'linux'
          ? `printf 'RB1 nonce=%s boot=%s up=%s\\n' ${nonce} "$(cat /proc/sys/kernel/random/boot_id)" "$(cut -d' ' -f1 /proc/uptime)"\n`
          : [
              '$boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToFileTimeUtc()',
              '$up = (Get-CimInstance Win32_PerfFormattedData_PerfOS_System).SystemUpTime',
              `"RB1 nonce=${nonce} boot=$boot up=$up"`,
              ''
            ].join('\n')
      )
  };
}

/**
 * The user's script as it is, byte for byte.
 *
 * @param deadlineMs how long the whole health check may take; a run of the script is given no more than that
 */
export function scriptCommand(script: GuestScript, system: GuestSystem, deadlineMs: number): GuestCommand {
  const isAgentsOwn = system === 'windows' && script.user === 'root';
  return {
    key: `script ${system}`,
    system,
    user: isAgentsOwn ? undefined : script.user,
    timeoutSeconds: Math.min(maxScriptSeconds, Math.max(10, Math.ceil(deadlineMs / 1_000))),
    content: () => script.content
  };
}
