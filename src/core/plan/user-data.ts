/** What a first-boot script may begin with (cloud-init, User-Data Formats; cloudbase-init, Userdata), in small letters. */
const marks: readonly string[] = [
  '#!',
  '#cloud-config',
  '#include',
  '#cloud-boothook',
  '#part-handler',
  '## template:',
  'content-type:',
  'mime-version:',
  '#ps1',
  '<powershell>',
  '<script>',
  'rem cmd'
];

const unlikely = 'userData may never run at first boot';

/**
 * Why the first-boot script will probably not run, in words that show nothing of it; `undefined` where nothing
 * speaks against it. What runs it in the guest silently passes over anything that it does not know.
 */
export function userDataWarning(script: string): string | undefined {
  const core = script.replace(/^[\s\ufeff]+/, '');
  if (!marks.some((mark) => core.toLowerCase().startsWith(mark))) {
    return `${unlikely}: it begins with none of #!, #cloud-config, #include, a MIME header, or a mark of PowerShell or batch`;
  }
  if (core !== script) {
    return script.startsWith('\ufeff')
      ? `${unlikely}: a byte order mark stands before its first line; store it as UTF-8 without one`
      : `${unlikely}: white space stands before its first line; remove it`;
  }
  return /^#![^\n]*\r/.test(script)
    ? `${unlikely}: its first line ends with CRLF, so that its interpreter is not found; store it with LF`
    : undefined;
}
