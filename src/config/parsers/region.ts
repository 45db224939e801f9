import { quote } from '../../core/quote.ts';
import { ascii } from './ascii.ts';
import { type Parser, parsed, refused } from './parser.ts';

/** The regions that the vendor names, with their cities (BCC page 0jwvyo603 and the tables of the SDKs). */
const cities: Readonly<Record<string, readonly string[]>> = {
  bj: ['beijing', '北京'],
  bd: ['baoding', '保定'],
  cd: ['chengdu', '成都'],
  fsh: ['shanghai', '上海'],
  fwh: ['wuhan', '武汉'],
  gz: ['guangzhou', '广州'],
  hkg: ['hongkong', 'hk', '香港'],
  nj: ['nanjing', '南京'],
  sin: ['singapore', 'sg', '新加坡'],
  su: ['suzhou', '苏州'],
  yq: ['yangquan', '阳泉']
};

const known = Object.keys(cities);

/**
 * Reads a region, such as `bj`. Any name that can be a part of a host name will do: the vendor's own lists of
 * regions differ, so there is no closed one here. Nothing else may pass, because the region picks the host that the
 * signed requests go to. A zone or a city is refused with the region that it is in.
 */
export const parseRegion: Parser<string> = (text) => {
  const meant = regionOf(text);
  if (meant !== undefined && meant !== text) {
    return refused(`is ${quote(text)}; that region is called ${meant}, so write ${meant}`);
  }
  return parseHostPart(text);
};

const parseHostPart: Parser<string> = ascii((text) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text)
    ? parsed(text)
    : refused(`is ${quote(text)}, which cannot be a region; known ones are ${known.join(', ')}`)
);

/** The known region that a text in another form stands for: `cn-bj-d`, `cn-bj`, `BJ`, `bj-d`, `Beijing`. */
function regionOf(text: string): string | undefined {
  const bare = text
    .toLowerCase()
    .replace(/^cn[-_]/, '')
    .replace(/[-_][a-z]$/, '');
  const city = bare.replace(/[-_\s]/g, '');
  return known.find((region) => region === bare || cities[region]?.includes(city));
}
