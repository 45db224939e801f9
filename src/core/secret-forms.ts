/** A line that is shorter is no secret by itself: `fi` would turn half of the log into asterisks. In characters. */
const shortestLine = 8;

/** A secret, and each of its longer lines: a log shows it line by line, and a service may quote one of them. */
export function secretLines(secret: string): readonly string[] {
  const lines = secret.split(/[\r\n]+/).filter((line) => line.trim().length >= shortestLine);
  return [...new Set([secret, ...lines])];
}

/**
 * Every form in which a secret can come back from the wire: as it is, without the white space around it,
 * percent-encoded (of the BCE signature, of a browser, of a form; with capital and with small digits), as JSON spells
 * it, and as base64. The longest first, so that no form is replaced in part; none for an empty text.
 */
export function secretForms(secret: string): readonly string[] {
  if (secret.trim() === '') return [];
  const forms = new Set<string>();
  for (const raw of new Set([secret, secret.trim()])) {
    const json = JSON.stringify(raw).slice(1, -1);
    const percent = percentEncoded(raw);
    const strict = percent.replace(/[!'()*]/g, (sign) => `%${hex(sign, 2)}`);
    const base64 = Buffer.from(raw, 'utf8').toString('base64');
    const spellings = [
      raw,
      json,
      json.replaceAll('/', '\\/'),
      // Gson's spelling, the usual one of services in Java.
      json.replace(/[<>&=']/g, (sign) => `\\u${hex(sign, 4).toLowerCase()}`),
      JSON.stringify(json).slice(1, -1),
      percent,
      strict,
      percentEncoded(strict),
      percent.replaceAll('%20', '+'),
      strict.replaceAll('%20', '+'),
      base64,
      base64.replace(/=+$/, ''),
      base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
      percentEncoded(base64)
    ];
    for (const form of new Set(spellings)) {
      forms.add(form);
      forms.add(form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
    }
  }
  return [...forms].sort((one, other) => other.length - one.length);
}

/** As `encodeURIComponent`, also for half a surrogate pair, which that refuses. */
function percentEncoded(text: string): string {
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}

function hex(sign: string, digits: number): string {
  return sign.charCodeAt(0).toString(16).toUpperCase().padStart(digits, '0');
}

/** Shorter secrets are in too many texts. */
const shortestRepeated = 8;

/** How many encodings in one another are looked through. */
const deepest = 4;

/**
 * Whether a text repeats a secret in a form that nobody would list: escaped sign by sign, encoded several times, in
 * hex, over several lines or in another case.
 */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
  const wanted = secrets
    .filter((secret) => secret.trim().length >= shortestRepeated)
    .flatMap((secret) => [squeezed(secret), Buffer.from(secret.trim(), 'utf8').toString('hex')]);
  let now = text;
  for (let depth = 0; depth <= deepest; depth += 1) {
    const seen = squeezed(now);
    if (wanted.some((secret) => seen.includes(secret))) return true;
    const next = unescaped(now);
    if (next === now) return false;
    now = next;
  }
  return false;
}

/** Without white space and backslashes, in small letters. */
function squeezed(text: string): string {
  return text.replace(/[\s\\]+/g, '').toLowerCase();
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Takes one layer of percent, JSON, shell and HTML escapes off. */
function unescaped(text: string): string {
  return text.replace(
    /(?:%|\\+x)([0-9a-f]{2})|\\+u([0-9a-f]{4})|&#x([0-9a-f]{1,4});|&#(\d{1,4});|&(amp|lt|gt|quot|apos);/gi,
    (_, byte?: string, unit?: string, hexCode?: string, code?: string, name?: string) => {
      if (name !== undefined) return named[name.toLowerCase()] ?? '';
      if (code !== undefined) return String.fromCharCode(Number(code));
      return String.fromCharCode(Number.parseInt(byte ?? unit ?? hexCode ?? '', 16));
    }
  );
}
