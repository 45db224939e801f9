/** Why a failed instance was not rolled back although the run was asked to. */
import { diskStateOf } from '../rebuild/disk-state.ts';
import type { FailureReason } from '../rebuild/ending.ts';
import type { InstanceRun } from '../run/instance-run.ts';

/** One sentence; `undefined` where no rollback was asked for, none was needed, or one was tried. */
export function whyNotRolledBack({ target, rebuild, rollback, cancelled }: InstanceRun): string | undefined {
  const isAskedFor = target.circumstances.rollbackImage.kind !== 'notAsked';
  if (!isAskedFor || rollback !== undefined || cancelled || rebuild?.ending?.kind !== 'failed')
    return undefined;
  if (diskStateOf(rebuild) === 'untouched') return undefined;
  const why = whyNot(rebuild.ending.reason);
  return why === undefined ? undefined : `It was not rolled back: ${why}.`;
}

function whyNot(reason: FailureReason): string | undefined {
  switch (reason.kind) {
    case 'wrongImage':
      return `it runs on ${reason.imageId}, which this run did not put on it`;
    case 'unproven':
      return 'the rebuild may not have started, or may still start';
    case 'unclear':
      return 'whose rebuild it was is not known';
    case 'call':
      return 'it could not be observed any more';
    case 'status':
      return `an instance in ${reason.status} cannot be rebuilt`;
    case 'changed':
      return 'somebody else has changed it since';
    case 'gone':
      return 'the API no longer knows it';
    default:
      return undefined;
  }
}
