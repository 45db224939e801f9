import type { Secret } from './secret.ts';

/** How one logs in after the rebuild; the API wants exactly one (BCC page 1jwvyoaw8). */
export type Login =
  | { readonly kind: 'adminPass'; readonly adminPass: Secret }
  | { readonly kind: 'keypairId'; readonly keypairId: string }
  | { readonly kind: 'keepImageLogin' };

/** A rebuild but for the image. What is not set here is not sent, so that the service's own defaults hold. */
export interface RebuildOptions {
  readonly login: Login;
  /** A first-boot script; unset means that the earlier script runs again. */
  readonly userData?: Secret;
  /** Drop the earlier script. */
  readonly cleanLastUserData?: boolean;
}

/** What the rebuild call says, its secrets included. */
export interface RebuildSpec extends RebuildOptions {
  readonly imageId: string;
}

/** What everybody may read of the options of a rebuild: neither a password nor a script. */
export interface PublicOptions {
  readonly login: { readonly kind: 'adminPass' } | Exclude<Login, { kind: 'adminPass' }>;
  /** The first-boot script: given by this run, cleared, or the earlier one. */
  readonly script: 'given' | 'cleared' | 'kept';
}

/** The options without their secrets. */
export function withoutSecrets({ login, userData, cleanLastUserData }: RebuildOptions): PublicOptions {
  const script = userData !== undefined ? 'given' : cleanLastUserData === true ? 'cleared' : 'kept';
  return { login: login.kind === 'adminPass' ? { kind: login.kind } : login, script };
}
