import { isLoopback } from '../../core/loopback.ts';
import { quoteAscii, shownAddress } from '../../core/quote.ts';
import { hiddenAscii } from './ascii.ts';
import { type Parser, parsed, parsedUnless, refused } from './parser.ts';

/** The public endpoint of a region (BCC page 0jwvyo603). HTTPS, although the vendor offers HTTP as well. */
export function endpointOfRegion(region: string): URL {
  return new URL(`https://bcc.${region}.baidubce.com`);
}

/**
 * Reads an endpoint: scheme, host and perhaps a port, nothing more. Plain HTTP is only for the loopback
 * interface, where the emulator listens; anywhere else it would expose the session token and the signature.
 *
 * No message shows a query or a user name, which may be secret. What is not ASCII is refused, because
 * `URL` would drop it or turn it into another host without a word.
 */
export const parseEndpoint: Parser<URL> = hiddenAscii((text) => {
  const url = httpUrl(text);
  if (url === undefined) {
    return refused(
      `is ${shownAddress(text)}, which is no URL; write one such as https://bcc.bj.baidubce.com`
    );
  }
  const faults: string[] = [];
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    faults.push(
      `begins with http://, and ${quoteAscii(url.hostname)} is not this machine (localhost, 127.0.0.1, [::1]); begin it with https://`
    );
  }
  if (hasUserInfo(url)) {
    faults.push('holds a user name or a password; the key pair goes into accessKeyId and secretAccessKey');
  }
  if (url.pathname !== '/' || /[?#]/.test(text)) {
    const path = url.pathname === '/' ? 'a query or a fragment' : quoteAscii(url.pathname);
    faults.push(`has ${path} after the host; leave out path, query and fragment`);
  }
  return parsedUnless(faults, url);
});

/** Reads the address of what was deployed, for a person to follow: `http` or `https`. */
export const parseWebUrl: Parser<URL> = (text) => {
  const url = httpUrl(text);
  if (url === undefined) {
    return refused(
      `is ${shownAddress(text)}, which is no web address; write one such as https://example.com`
    );
  }
  return hasUserInfo(url)
    ? refused('holds a user name or a password, which everybody would see; leave them out')
    : parsed(url);
};

/** `URL.parse` would do, but Node 20 does not have it; and `URL` forgives white space in the middle. */
function httpUrl(text: string): URL | undefined {
  return /^https?:\/\/[^\s/]/i.test(text) && !/\s/.test(text) && URL.canParse(text)
    ? new URL(text)
    : undefined;
}

function hasUserInfo(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}
