/** At most so many characters of a text from outside, with a mark where it was cut. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  // By code points, so that none is cut in two.
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
