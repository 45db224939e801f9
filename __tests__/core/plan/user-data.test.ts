import { expect, test } from '@jest/globals';
import { userDataWarning } from '../../../src/core/plan/user-data.ts';

test.each([
  '#!/bin/sh\necho\n',
  '#cloud-config\r\npackages: []\r\n',
  '#cloud-config-archive\n',
  '#include\nhttps://example.com/x\n',
  '#include-once\n',
  'Content-Type: multipart/mixed; boundary="x"\n',
  'MIME-Version: 1.0\n',
  '## template: jinja\n#cloud-config\n',
  '#ps1_sysnative\r\nGet-Date\r\n',
  '<powershell>Get-Date</powershell>',
  '<script>dir</script>',
  'rem cmd\r\ndir\r\n',
  'REM CMD\r\n'
])('%j runs', (script) => {
  expect(userDataWarning(script)).toBeUndefined();
});

test.each([
  ['apt-get update\n', /begins with none of #!/],
  ['# cloud-config\n', /begins with none of #!/],
  ['{"a": "Zq9"}', /begins with none of #!/],
  ['\n#!/bin/sh\n', /white space stands before/],
  ['  #cloud-config\n', /white space stands before/],
  ['\ufeff#!/bin/sh\n', /byte order mark stands before/],
  ['#!/bin/sh\r\necho\r\n', /CRLF/],
  ['#!/bin/sh\recho', /CRLF/]
])('%j may never run', (script, why) => {
  const warning = userDataWarning(script);
  expect(warning).toMatch(/^userData may never run at first boot: /);
  expect(warning).toMatch(why);
  expect(warning).not.toContain('Zq9');
});
