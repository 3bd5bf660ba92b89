import { edited, readTree, replaceValue, valuesAt } from '../json/json-text';
import type { NativeRequest, StoredReply } from '../provider/native';

/** Whose ids a caller knows: that of the job, and those of the jobs that its request named. */
export interface GivenIds {
  /** The id that callers of the native API were given; undefined where that is the provider's own. */
  id: string | undefined;
  /** `NativeRequest.ids`: as the caller wrote an earlier job, and as the provider knows it. */
  named: Readonly<Record<string, string>>;
}

/** Returns the ids that callers of a job know. A row says `null` where there is none. */
export function givenIdsOf(job: {
  givenId?: string | null | undefined;
  native?: Pick<NativeRequest, 'ids'> | null | undefined;
}): GivenIds {
  return { id: job.givenId ?? undefined, named: job.native?.ids ?? {} };
}

/**
 * Returns a provider's task with the ids that its caller was given: its own, and that of the draft that it was made of.
 * The rest stays byte for byte; a reply that is no JSON object stays whole.
 */
export function withGivenIds<Reply extends Pick<StoredReply, 'body'>>(
  reply: Reply,
  { id, named }: GivenIds,
): Reply {
  const spelled = new Map(Object.entries(named).map(([given, known]) => [known, given]));
  if (id === undefined && spelled.size === 0) return reply;
  const text = new TextDecoder().decode(reply.body);
  const root = rootOf(text);
  if (!root) return reply;
  const edits = [
    ...(id === undefined ? [] : valuesAt(root, ['id']).map((node) => replaceValue(node, id))),
    ...valuesAt(root, ['draft_task_id']).flatMap((node) => {
      const given = spelled.get(String(node.value));
      return given === undefined ? [] : [replaceValue(node, given)];
    }),
  ];
  return { ...reply, body: Buffer.from(edited(text, edits)) };
}

function rootOf(text: string): ReturnType<typeof readTree> | undefined {
  try {
    return readTree(text);
  } catch {
    return undefined;
  }
}
