/** Types of body fields, as the vendor's schema calls them. */
type FieldType = 'String' | 'Boolean' | 'Integer' | 'List' | 'Object';

/** The definition of one API call (bce-openapi-meta, 2026-08). */
export interface Operation {
  /** Its name in the schema. */
  readonly name: string;
  /** `bcc`: instances, images and disks; `blb`: load balancers of both kinds; `ca`: Cloud Assistant. */
  readonly service: 'bcc' | 'blb' | 'ca';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path after `/v{version}`, with `{id}` for the variable part. */
  readonly path: string;
  /** The query parameter that distinguishes this call from others of the same path. */
  readonly action?: string;
  readonly query: readonly string[];
  /** Query parameters that are not in the schema, but sent by an official client or named on a page. */
  readonly alsoQuery?: readonly string[];
  readonly body: Readonly<Record<string, FieldType>>;
  /** Body fields that are not in the schema, but sent by an official client. */
  readonly alsoBody?: Readonly<Record<string, FieldType>>;
  /** Required body fields. */
  readonly required?: readonly string[];
  /** Whether it changes the world. */
  readonly write: boolean;
}

/**
 * The API versions of each service. For BCC, 1 and 2 are the same here, because the JavaScript SDK still calls
 * version 1.
 */
export const versionsOf: Readonly<Record<Operation['service'], readonly string[]>> = {
  bcc: ['1', '2'],
  blb: ['1'],
  ca: ['1']
};

/** The optional parts of an operation. */
export type OperationDetails = Partial<
  Pick<Operation, 'action' | 'query' | 'alsoQuery' | 'body' | 'alsoBody' | 'required'>
>;

/** Defines a read. The names of its query parameters are one string, so that most calls fit on one line. */
export function get(
  service: Operation['service'],
  name: string,
  path: string,
  query: string,
  alsoQuery = '',
  action?: string
): Operation {
  const names = (text: string) => text.split(' ').filter((each) => each !== '');
  return {
    name,
    service,
    method: 'GET',
    path,
    ...(action === undefined ? {} : { action }),
    query: names(query),
    alsoQuery: names(alsoQuery),
    body: {},
    write: false
  };
}

/** Defines a write. */
export function write(
  service: Operation['service'],
  method: 'POST' | 'PUT' | 'DELETE',
  name: string,
  path: string,
  rest: OperationDetails = {}
): Operation {
  return { name, service, method, path, query: [], body: {}, write: true, ...rest };
}
