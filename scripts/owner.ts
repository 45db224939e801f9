/** The account that publishes the action: package.json names it, and the documents and examples repeat it. */

const repository = 'rebuild-bcc-instance';

/**
 * The owner in the field `repository` of a package.json.
 *
 * @throws Error where the field is not `github:<owner>/rebuild-bcc-instance`
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
 * A text with the owner before each name of the repository, in the sentence that explains the name, and as the account
 * that CODEOWNERS asks. A team in its place stays: an organisation cannot own code itself.
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
