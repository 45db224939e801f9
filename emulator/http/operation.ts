/** Types of body fields, in the words of the vendor's schema. */
type FieldType = 'String' | 'Boolean' | 'Integer' | 'List' | 'Object';

/** One call of the API: where it is, and what it takes (bce-openapi-meta, 2026-08). */
export interface Operation {
  /** Its name in the schema. */
  readonly name: string;
  /** Whose call it is: instances, images and disks, load balancers of both kinds, or Cloud Assistant. */
  readonly service: 'bcc' | 'blb' | 'ca';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Behind `/v{version}`, with `{id}` for the one part that varies. */
  readonly path: string;
  /** The bare query parameter that tells this call from its neighbours. */
  readonly action?: string;
  readonly query: readonly string[];
  /** Sent by some official client or named on some page, though not in the schema. */
  readonly alsoQuery?: readonly string[];
  readonly body: Readonly<Record<string, FieldType>>;
  /** Body fields that some official client sends, though they are not in the schema. */
  readonly alsoBody?: Readonly<Record<string, FieldType>>;
  /** Body fields without which the call is refused. */
  readonly required?: readonly string[];
  /** Changes the world. */
  readonly write: boolean;
}

/**
 * The versions that a service answers at. For BCC 1 and 2 are the same here, since the JavaScript SDK still calls
 * version 1; the others have version 1 only.
 */
export const versionsOf: Readonly<Record<Operation['service'], readonly string[]>> = {
  bcc: ['1', '2'],
  blb: ['1'],
  ca: ['1']
};

/** What a call may have besides its name and place. */
export type Rest = Partial<
  Pick<Operation, 'action' | 'query' | 'alsoQuery' | 'body' | 'alsoBody' | 'required'>
>;

/** A call that reads, with the names of its query parameters as one string, to keep a line a call. */
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

/** A call that writes. */
export function write(
  service: Operation['service'],
  method: 'POST' | 'PUT' | 'DELETE',
  name: string,
  path: string,
  rest: Rest = {}
): Operation {
  return { name, service, method, path, query: [], body: {}, write: true, ...rest };
}
