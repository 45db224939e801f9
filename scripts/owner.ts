/** The account that publishes the action: package.json names it, documents and examples repeat it. */

const repository = 'rebuild-bcc-instance';

/**
 * The owner in `repository` of a package.json.
 *
 * @throws Error if `repository` is not `github:<owner>/rebuild-bcc-instance`
 */
export function ownerOf(manifest: string): string {
  const { repository: field } = JSON.parse(manifest) as { readonly repository?: string };
  const owner = /^github:([A-Za-z0-9-]+)\/rebuild-bcc-instance$/.exec(field ?? '')?.[1];
  if (owner === undefined) {
    throw new Error(`package.json: repository is ${field}, but must be github:<owner>/${repository}`);
  }
  return owner;
}

/**
 * Replaces the owner before each name of the repository, in the sentence that explains the name, and in CODEOWNERS. A
 * team in CODEOWNERS stays, because an organisation cannot be a code owner.
 */
export function withOwner(text: string, owner: string): string {
  return text
    .replace(/(?<![\w.-])[A-Za-z0-9-]+(?=\/rebuild-bcc-instance\b)/g, owner)
    .replace(
      /`[A-Za-z0-9-]+`(?= (?:is the account that publishes the action|是发布此 Action 的账号))/g,
      `\`${owner}\``
    )
    .replace(/^\* @[A-Za-z0-9-]+$/gm, `* @${owner}`);
}
