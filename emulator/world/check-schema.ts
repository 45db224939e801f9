/** The part of JSON Schema that the schema of a world uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The first problem of a value, as `path: what is wrong`; undefined if it matches the schema. */
export function schemaProblem(schema: Schema, value: unknown): string | undefined {
  return problem(schema, schema, value, '');
}

function problem(root: Schema, schema: Schema, value: unknown, path: string): string | undefined {
  const own = schema.$ref === undefined ? schema : root.$defs?.[schema.$ref.replace('#/$defs/', '')];
  if (own === undefined) return `${path}: the schema has no ${schema.$ref}`;
  const at = path === '' ? 'the world' : path;
  if (!isOfType(own.type, value)) return `${at}: must be of the type ${own.type}`;
  if (own.enum !== undefined && !own.enum.includes(value))
    return `${at}: must be one of ${own.enum.join(', ')}`;
  if (typeof value === 'string' && value.length < (own.minLength ?? 0)) return `${at}: must not be empty`;
  if (typeof value === 'number' && (value < (own.minimum ?? value) || value > (own.maximum ?? value))) {
    return `${at}: must be ${own.minimum} to ${own.maximum}`;
  }
  if (Array.isArray(value)) {
    return first(
      value.map((each: unknown, index) => () => problem(root, own.items ?? {}, each, `${path}[${index}]`))
    );
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const missing = own.required?.find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return `${at}: ${missing} is missing`;
  return first(
    Object.entries(value).map(([key, each]) => () => {
      const inner = `${path}${path === '' ? '' : '.'}${key}`;
      const known = Object.hasOwn(own.properties ?? {}, key) ? own.properties?.[key] : undefined;
      if (known !== undefined) return problem(root, known, each, inner);
      return own.additionalProperties === false
        ? `${inner}: is unknown; there are ${Object.keys(own.properties ?? {}).join(', ')}`
        : undefined;
    })
  );
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

function isOfType(type: string | undefined, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
