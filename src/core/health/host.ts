/** Which hosts a check may name. The rules are narrow: the runner will connect to whatever passes them. */

/** A part of a name between two dots (RFC 1123, 2.1), also one with an underscore, which private zones have. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

/** Whether the text is an IP address as one writes it: four decimal parts, or IPv6 without brackets and zone. */
export function isIp(text: string): boolean {
  return ipv4.test(text) || isIpv6(text);
}

/** Whether the text is an IPv6 address without brackets. */
export function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]`);
}

/** Whether the text can be one label of a host name. */
export function isLabel(text: string): boolean {
  return label.test(text);
}

/**
 * Whether the text is an IP address or a host name. A name whose last label is a number is none: the system's
 * resolver takes `2130706433` and `0x7f.1` for addresses.
 */
export function isHost(text: string): boolean {
  if (isIp(text)) return true;
  const endsInNumber = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i.test(text);
  return text.length <= 253 && text.split('.').every(isLabel) && !endsInNumber;
}
