/** How one logs in after the rebuild; the API wants exactly one (BCC page 1jwvyoaw8). */
export type Login =
  | { readonly kind: 'adminPass'; readonly adminPass: string }
  | { readonly kind: 'keypairId'; readonly keypairId: string }
  | { readonly kind: 'keepImageLogin' };

/** A rebuild but for the image. What is not set here is not sent, so that the service's own defaults hold. */
export interface RebuildOptions {
  readonly login: Login;
  /** A first-boot script; unset means that the script of before runs again. */
  readonly userData?: string;
  /** Forget the script of before. */
  readonly cleanLastUserData?: boolean;
}

/** What the rebuild call asks for. */
export interface RebuildSpec extends RebuildOptions {
  readonly imageId: string;
}
