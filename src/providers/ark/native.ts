import type { Call } from '../../core/provider/exchange';
import { addMember, edited, readTree, replaceValue, valuesAt } from '../../core/json/json-text';
import type { JsonNode, TextEdit } from '../../core/json/json-text';
import type { Submission } from '../../core/provider/provider';
import { pathOf } from './schema';

/**
 * Returns the create call of a caller who speaks Ark: its own bytes, headers and query. Three values are the gateway's:
 * `model` (an alias was asked for, and was priced), `callback_url` (it carries the attempt's token) and the ids of
 * drafts, which the caller may know by ours. A name that is written twice is replaced twice.
 */
export function submitNative(
  { text, headers, search, ids }: NonNullable<Submission['native']>,
  model: string,
  callbackUrl: string | undefined,
): Call {
  const root = readTree(text);
  const edits = [
    ...valuesAt(root, ['model']).map((node) => replaceValue(node, model)),
    ...callbackEdits(root, callbackUrl),
    ...valuesAt(root, ['content', '*', 'draft_task', 'id']).flatMap((node): TextEdit[] => {
      const id: unknown = node.value;
      const isNamed = typeof id === 'string' && Object.hasOwn(ids, id);
      return isNamed ? [replaceValue(node, ids[id])] : [];
    }),
  ];
  return {
    method: 'POST',
    target: { path: search === '' ? pathOf() : `${pathOf()}?${search}` },
    headers,
    body: edited(text, edits),
  };
}

/** Explicit null is an absent value to Ark; its own SDK writes it. */
function callbackEdits(root: JsonNode, callbackUrl: string | undefined): TextEdit[] {
  const given = valuesAt(root, ['callback_url']);
  if (given.length > 0) return given.map((node) => replaceValue(node, callbackUrl ?? null));
  return callbackUrl === undefined ? [] : [addMember(root, 'callback_url', callbackUrl)];
}
