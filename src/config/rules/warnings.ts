import { quote } from '../../core/quote.ts';
import type { ReadValues } from '../inputs.ts';

/** What is unusual about the inputs, and may be right all the same. */
export function valueWarnings({ instanceId = [] }: ReadValues): readonly string[] {
  // Every instance ID in the documents begins so, but none of them says that it must.
  const strange = instanceId.filter((id) => !id.startsWith('i-'));
  return strange.length === 0
    ? []
    : [
        `instanceId has ${strange.map(quote).join(', ')}: instance IDs usually begin with i-, such as i-YufwpQAe.`
      ];
}
