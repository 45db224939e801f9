import type { BackendServer, Pool, Weight } from '../../core/model/backend-server.ts';
import { CallError, type FailureKind } from '../../core/model/failure.ts';
import { allPages } from './all-pages.ts';
import type { Page } from './decode.ts';
import { listGroupMembers, listGroups, listMembers } from './load-balancers.ts';
import type { Operation } from './operation.ts';

type Call = <T>(operation: Operation<T>) => Promise<T>;

/** The failures that may mean that an id belongs to the other kind of load balancer; no page says which of them comes. */
const unfit: readonly FailureKind[] = ['notFound', 'invalid'];

/**
 * The members of a load balancer, of which only the id is known and not the kind. Asked as an ordinary one it answers
 * with its members. If it is an application one, that may be an error or an empty list: no page says which. So after
 * either its server groups are asked for.
 *
 * Throws what `call` throws: `notFound` where neither kind knows the id.
 */
export async function backendServersOf(blbId: string, call: Call): Promise<readonly BackendServer[]> {
  const members = await allPages((marker) => listMembers(blbId, marker), call).catch(orUnfit);
  const ordinary = members instanceof CallError ? [] : backendServersIn({ kind: 'blb', blbId }, members);
  if (ordinary.length > 0) return ordinary;
  const groups = await allPages((marker) => listGroups(blbId, marker), call).catch(orUnfit);
  if (groups instanceof CallError) {
    if (members instanceof CallError) throw tellingFailure(members, groups);
    return [];
  }
  const backendServers: BackendServer[] = [];
  for (const groupId of new Set(groups)) {
    const page = (marker?: string): Operation<Page<Weight | undefined>> =>
      listGroupMembers(blbId, groupId, marker);
    backendServers.push(...backendServersIn({ kind: 'appblb', blbId, groupId }, await allPages(page, call)));
  }
  return backendServers;
}

/** Each member once: it may come twice where the list changed between two pages. */
function backendServersIn(pool: Pool, members: readonly (Weight | undefined)[]): readonly BackendServer[] {
  const known = members.filter((member) => member !== undefined);
  return [...new Map(known.map((member) => [member.instanceId, { ...pool, ...member }])).values()];
}

function orUnfit(error: unknown): CallError {
  if (error instanceof CallError && unfit.includes(error.failure.kind)) return error;
  throw error;
}

/** The failure that says more: one that is not "not found", or else one that names both calls. */
function tellingFailure(ordinary: CallError, application: CallError): CallError {
  const other = [ordinary, application].find(({ failure }) => failure.kind !== 'notFound');
  if (other !== undefined) return other;
  const { failure } = ordinary;
  const message = `it is neither an ordinary nor an application load balancer; ${failure.message}`;
  return new CallError({ ...failure, message }, { cause: application });
}
