import { readFileSync } from 'node:fs';
import type { BalancerSpec, MemberSpec } from '../blb/balancers.ts';
import { type Schema, schemaProblem } from './check-schema.ts';
import type { ImageState, InstanceState, SnapshotState, Spec, VolumeState, WorldSpec } from './models.ts';

type Json = Readonly<Record<string, unknown>>;

/** A disk as the API lists it. */
type ListedVolume = Json & {
  readonly id: string;
  readonly attachments?: readonly { readonly instanceId: string; readonly device?: string }[];
};

interface ListedBalancer {
  readonly blbId: string;
  readonly name?: string;
  readonly address?: string;
  readonly backendServerList?: readonly MemberSpec[];
  readonly appServerGroupList?: readonly {
    readonly id: string;
    readonly name?: string;
    readonly backendServerList?: readonly MemberSpec[];
  }[];
}

/** The file as the schema describes it. */
interface WorldFile {
  readonly instances: readonly (Json & { readonly id: string })[];
  readonly images: readonly (Json & { readonly id: string })[];
  readonly volumes?: readonly ListedVolume[];
  readonly snapshots?: readonly (Json & { readonly id: string })[];
  readonly keypairs?: readonly string[];
  readonly blbList?: readonly ListedBalancer[];
  readonly appBlbList?: readonly ListedBalancer[];
}

/** Reads a world from parsed JSON that must match world.schema.json; throws an Error with the first problem. */
export function readWorld(value: unknown): WorldSpec {
  const schema = JSON.parse(readFileSync(new URL('./world.schema.json', import.meta.url), 'utf8')) as Schema;
  const given = withoutNulls(value);
  const problem = schemaProblem(schema, given);
  if (problem !== undefined) throw new Error(problem);
  const file = given as WorldFile;
  // The schema lists the properties that are used; they have the same names in the emulator's state.
  const known = (list: keyof WorldFile) => Object.keys(schema.properties?.[list]?.items?.properties ?? {});
  const take = <T>(list: keyof WorldFile, thing: Json): T =>
    Object.fromEntries(known(list).flatMap((key) => (key in thing ? [[key, thing[key]]] : []))) as T;
  return {
    instances: file.instances.map((each) => take<Spec<InstanceState>>('instances', each)),
    images: file.images.map((each) => take<Spec<ImageState>>('images', each)),
    volumes: (file.volumes ?? []).map((each) => {
      const { attachments, ...rest } = take<Spec<VolumeState> & Pick<ListedVolume, 'attachments'>>(
        'volumes',
        each
      );
      const [attachment] = attachments ?? [];
      return { ...rest, instanceId: attachment?.instanceId ?? '', device: attachment?.device ?? '' };
    }),
    snapshots: (file.snapshots ?? []).map((each) => take<Spec<SnapshotState>>('snapshots', each)),
    keypairs: file.keypairs ?? [],
    balancers: [...(file.blbList ?? []).map(ordinary), ...(file.appBlbList ?? []).map(application)]
  };
}

function ordinary({ blbId, backendServerList = [], ...rest }: ListedBalancer): BalancerSpec {
  return { id: blbId, ...named(rest), members: backendServerList };
}

function application({ blbId, appServerGroupList = [], ...rest }: ListedBalancer): BalancerSpec {
  const groups = appServerGroupList.map(({ backendServerList = [], ...group }) => ({
    id: group.id,
    ...(group.name === undefined ? {} : { name: group.name }),
    members: backendServerList
  }));
  return { id: blbId, ...named(rest), groups };
}

function named({ name, address }: Pick<ListedBalancer, 'name' | 'address'>) {
  return { ...(name === undefined ? {} : { name }), ...(address === undefined ? {} : { address }) };
}

/** Removes null, which the API writes for absent values. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === null ? [] : [[key, withoutNulls(each)]]))
  );
}
