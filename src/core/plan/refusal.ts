import { customImageQuota } from '../images/backup.ts';
import { quote } from '../quote.ts';

/** Why an instance must not be rebuilt, with what to do about it. */
export type Refusal =
  | { readonly kind: 'gone'; readonly status: string }
  /** It is not what the plan says any more; `changes` are clauses that say in what. */
  | { readonly kind: 'changed'; readonly changes: readonly string[] }
  /** To be rolled back, and somebody has put another image on it since. */
  | { readonly kind: 'moved'; readonly imageId: string; readonly ownImageId: string }
  | { readonly kind: 'protected' }
  | { readonly kind: 'protectionUnknown' }
  | { readonly kind: 'imageNotAvailable'; readonly status: string }
  | { readonly kind: 'imageKeepsNoLogin'; readonly imageType: string }
  | { readonly kind: 'noKeypairForWindows' }
  | { readonly kind: 'otherArchitecture'; readonly image: string; readonly instance: string }
  | { readonly kind: 'diskTooSmall'; readonly needsGb: number; readonly hasGb: number }
  | { readonly kind: 'bareMetal'; readonly family: 'BBC' | 'EBC' }
  | { readonly kind: 'otherName'; readonly name: string; readonly confirmName: string }
  | { readonly kind: 'noHealthTarget'; readonly problem: string }
  | { readonly kind: 'noRollbackImage'; readonly imageId: string; readonly why: string }
  | { readonly kind: 'noImageQuota' };

/** The reasons, joined. */
export function describeRefusals(refusals: readonly Refusal[]): string {
  return refusals.map((refusal) => wordsOf(refusal).reason).join('; ');
}

/** What to do about all of them. */
export function remedyOfRefusals(refusals: readonly Refusal[]): string {
  return refusals.map((refusal) => wordsOf(refusal).remedy).join(' ');
}

function wordsOf(refusal: Refusal): { readonly reason: string; readonly remedy: string } {
  switch (refusal.kind) {
    case 'gone':
      return {
        reason: `its status is ${refusal.status}`,
        remedy: 'Take it out of instanceId, or renew or restore it first.'
      };
    case 'changed':
      return {
        reason: `it has changed since the plan was made: ${refusal.changes.join(', ')}`,
        remedy:
          'Find out who changed it. If it is to be rebuilt all the same, run again: a re-run makes a new plan.'
      };
    case 'moved':
      return {
        reason: `it runs on ${refusal.imageId}, not on ${refusal.ownImageId} that this run put on it: somebody else has rebuilt it since`,
        remedy:
          'Find out who rebuilt it. If it is to go back all the same, rebuild it from the earlier image.'
      };
    case 'protected':
      return {
        reason: 'deletionProtection is on',
        remedy: 'If it is to be erased all the same, set allowProtected: true.'
      };
    case 'protectionUnknown':
      return {
        reason: 'the API does not tell whether deletionProtection is on',
        remedy: 'Look in the console. If it is to be erased all the same, set allowProtected: true.'
      };
    case 'imageNotAvailable':
      return {
        reason: `the image is ${refusal.status}, not Available`,
        remedy: 'Give another image, or wait until this one is Available.'
      };
    case 'imageKeepsNoLogin':
      return {
        reason: `keepImageLogin needs a custom or shared image, and this one is a ${refusal.imageType} image`,
        remedy: 'Give adminPass or keypairId instead.'
      };
    case 'noKeypairForWindows':
      return {
        reason: 'keypairId works with Linux only, and the image is Windows',
        remedy: 'Give adminPass instead of keypairId.'
      };
    case 'otherArchitecture':
      return {
        reason: `the image is for ${refusal.image}, and the instance is ${refusal.instance}`,
        remedy: 'Give an image of the architecture of the instance.'
      };
    case 'diskTooSmall':
      return {
        reason: `the image needs a system disk of ${refusal.needsGb} GB, and the instance has ${refusal.hasGb} GB`,
        remedy: 'Enlarge the system disk, or give a smaller image.'
      };
    case 'bareMetal':
      return {
        reason: `it is a bare-metal instance (${refusal.family}), whose rebuild has options about RAID and local data disks that this action does not set`,
        remedy: 'Rebuild it in the console, where those options can be seen.'
      };
    case 'otherName':
      return {
        reason: `its name is ${quote(refusal.name)}, and confirmName is ${quote(refusal.confirmName)}`,
        remedy: 'Check instanceId; if it is the right one, type its name as confirmName.'
      };
    case 'noHealthTarget':
      return {
        reason: `healthCheck ${refusal.problem}`,
        remedy: 'Give a healthCheck that can reach the instance.'
      };
    case 'noRollbackImage':
      return {
        reason: `rollback is asked for, and the image ${refusal.imageId} that it runs on now ${refusal.why}`,
        remedy: 'Set backupImage: true, or leave rollback out.'
      };
    case 'noImageQuota':
      return {
        reason: `backupImage is asked for, and all ${customImageQuota} custom images that the quota permits are there`,
        remedy: 'Delete a custom image that is not needed, or have the quota raised.'
      };
  }
}
