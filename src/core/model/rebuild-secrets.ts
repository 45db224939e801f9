import type { RebuildOptions, RebuildSpec } from './rebuild-spec.ts';
import type { Secret } from './secret.ts';

/**
 * What the rebuilds of a run send and nobody may read: the login and the first-boot scripts. Bound in the sender
 * before the run begins; plan, state and reports have the request without it. The fields are private to the class,
 * so that neither JSON nor a template shows anything of them.
 */
export class RebuildSecrets {
  readonly #options: RebuildOptions;
  readonly #previousScripts = new Map<string, Secret>();
  readonly #specs: RebuildSpec[] = [];

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  /** Keeps the script that an instance has now, which a rollback may have to bring back. */
  keepScript(instanceId: string, script: Secret): void {
    this.#previousScripts.set(instanceId, script);
  }

  /** The script that was kept of an instance. */
  previousScript(instanceId: string): Secret | undefined {
    return this.#previousScripts.get(instanceId);
  }

  /**
   * What the call says; the very same object for all instances of which the call says the same.
   *
   * @param script the one that the run was asked for, or the one that the instance had before, which a rollback brings back
   */
  specOf(instanceId: string, imageId: string, script: 'asRequested' | 'previous'): RebuildSpec {
    const spec =
      script === 'asRequested' ? { ...this.#options, imageId } : this.#previous(instanceId, imageId);
    const same = this.#specs.find((one) => isSame(one, spec));
    if (same !== undefined) return same;
    this.#specs.push(spec);
    return spec;
  }

  #previous(instanceId: string, imageId: string): RebuildSpec {
    const userData = this.previousScript(instanceId);
    return {
      imageId,
      login: this.#options.login,
      ...(userData !== undefined ? { userData } : { cleanLastUserData: true })
    };
  }
}

/** The login is the same for all of a run. */
function isSame(one: RebuildSpec, other: RebuildSpec): boolean {
  return (
    one.imageId === other.imageId &&
    (one.userData?.equals(other.userData) ?? other.userData === undefined) &&
    one.cleanLastUserData === other.cleanLastUserData
  );
}
