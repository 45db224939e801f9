/** What the sources declare, as far as the tests compare documents with it. Types are gone when tests run. */
import { read } from './files.ts';

/** The properties of an interface, in their order. */
export type Shape = readonly {
  readonly name: string;
  readonly optional: boolean;
  /** Those of the object, or of each object in the list; empty for plain values. */
  readonly inner: Shape;
}[];

/** The interfaces that the files export, by name; those that they name of each other are resolved. */
export function shapesOf(...files: readonly string[]): ReadonlyMap<string, Shape> {
  const declarations = new Map<string, { readonly parent: string; readonly body: string }>();
  for (const file of files) {
    const pattern = /^export interface (\w+)(?: extends ([^{\n]+))? \{\n(.*?)^\}/gms;
    for (const [, name = '', parent = '', body = ''] of withoutComments(read(file)).matchAll(pattern)) {
      declarations.set(name, { parent, body });
    }
  }
  const resolve = (name: string): Shape => {
    const found = declarations.get(name);
    if (found === undefined) return [];
    return [...shapeOf(found.parent, resolve), ...propertiesOf(found.body, resolve)];
  };
  return new Map([...declarations.keys()].map((name) => [name, resolve(name)]));
}

/** The quoted words in the declaration of a union type: those of `kind` where its members are objects. */
export function wordsOf(file: string, name: string): readonly string[] {
  const declaration = new RegExp(`type ${name} =(.*?);\\n(?:\\n|$)`, 's').exec(`${read(file)}\n`)?.[1] ?? '';
  return [...declaration.matchAll(/(?:kind: |\| |^ ?)'([a-zA-Z]+)'/g)].map(([, word = '']) => word);
}

function propertiesOf(body: string, resolve: (name: string) => Shape): Shape {
  const properties: Shape[number][] = [];
  const head = /\s*readonly (\w+)(\??):\s/y;
  for (let match = head.exec(body); match !== null; match = head.exec(body)) {
    const [, name = '', mark] = match;
    const type = body.slice(head.lastIndex, endOfType(body, head.lastIndex));
    const inline = /\{(.*)\}/s.exec(type)?.[1];
    const inner = inline === undefined ? shapeOf(type, resolve) : propertiesOf(inline, resolve);
    properties.push({ name, optional: mark === '?', inner });
    head.lastIndex += type.length + 1;
  }
  return properties;
}

/** The properties of `Name`, `Pick<Name, 'a'>` or `Omit<Name, 'a'>`, by itself, in a list, or where it may be absent. */
function shapeOf(type: string, resolve: (name: string) => Shape): Shape {
  const [, how, whole = '', words = ''] = /(Pick|Omit)<(\w+), ([^>]*)>/.exec(type) ?? [];
  if (how === undefined) return resolve(/(\w+)(?:\[\])?(?: \| undefined)?$/.exec(type)?.[1] ?? '');
  return resolve(whole).filter(({ name }) => words.includes(`'${name}'`) === (how === 'Pick'));
}

/** The place of the semicolon, or of the end, that closes the type which begins at `from`. */
function endOfType(body: string, from: number): number {
  let depth = 0;
  for (let index = from; index < body.length; index += 1) {
    const character = body[index];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === ';' && depth === 0) return index;
  }
  return body.trimEnd().length;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '');
}
