import { PROXY_KEY } from '../../bench/peer/proxy';
import type { TestGateway } from './gateway';
import type { Litellm } from './litellm';

/** A call of LiteLLM's own API, as a caller of it makes it; its answer is not read. */
export const askLitellm = (
  { url }: Litellm,
  method: string,
  path: string,
  body?: object,
): Promise<Response> =>
  fetch(`${url}/videos${path}`, {
    method,
    headers: { authorization: `Bearer ${PROXY_KEY}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });

/** Reads what LiteLLM's id stands for: `litellm:custom_llm_provider:openai;model_id:sora-2;video_id:video_019b…` in Base64. */
export function readLitellmId(id: string): { model: string; ours: string } {
  const text = Buffer.from(id.replace(/^video_/, ''), 'base64').toString('utf8');
  const [, model = '', ours = ''] = /model_id:(.*);video_id:(.*)$/.exec(text) ?? [];
  return { model, ours };
}

/** Lists the ids of all jobs that a gateway has with this prompt, the oldest first. */
export async function jobsOf({ sql }: Pick<TestGateway, 'sql'>, prompt: string): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    "SELECT id FROM jobs WHERE request->>'prompt' = $1 ORDER BY created_at",
    [prompt],
  );
  return rows.map(({ id }) => id);
}
