import { invalid } from '../../core/errors';
import { propertiesOf, readTree, valuesAt } from '../../core/json/json-text';
import type { JsonNode } from '../../core/json/json-text';
import type { NativeReading } from '../../core/provider/native';

/**
 * What must mean the same to us and to whoever reads the body upstream. Readers differ in what they make of `Model`
 * beside `model`: some take it for the same name. So the names that route, price or bind a job are taken in one
 * spelling only; all others pass as they are.
 */
const OWNED = ['model', 'callback_url', 'content'] as const;
const PRICED = [
  'resolution',
  'ratio',
  'duration',
  'frames',
  'service_tier',
  'generate_audio',
  'draft',
] as const;

/** Throws `invalid_request` for a name that could be read as one of ours. Ids of earlier jobs that the body names. */
export function readReferences(text: string): NativeReading['references'] {
  const root = readTree(text);
  checkSpelling(root, [...OWNED, ...PRICED], '');
  const items = valuesAt(root, ['content', '*']);
  const references = items.flatMap((item, index) => {
    const path = `content[${String(index)}].`;
    checkSpelling(item, ['draft_task'], path);
    return valuesAt(item, ['draft_task']).flatMap((draft) => {
      checkSpelling(draft, ['id'], `${path}draft_task.`);
      const param = `${path}draft_task.id`;
      return valuesAt(draft, ['id']).flatMap(({ value }) =>
        typeof value === 'string' ? [{ id: value, param }] : [],
      );
    });
  });
  const named = new Map(references.map((reference) => [reference.id, reference]));
  if (named.size > REFERENCES_MAX) {
    throw invalid('content', `names more than ${String(REFERENCES_MAX)} drafts`);
  }
  return [...named.values()];
}

/** Each is looked up; Ark takes one. */
const REFERENCES_MAX = 10;

function checkSpelling(object: JsonNode, names: readonly string[], path: string): void {
  for (const { name } of propertiesOf(object)) {
    const meant = names.find((known) => known !== name && known === folded(name));
    if (meant !== undefined) {
      throw invalid(`${path}${name.slice(0, 50)}`, `is not a field; write it as ${path}${meant}`);
    }
  }
}

/**
 * Folds a name as the most generous reader does: by case, and with the letters that Unicode folds into ASCII
 * (`\u017feed` is `seed`).
 */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase();
