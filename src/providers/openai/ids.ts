/**
 * Says whether two ids name one video. LiteLLM writes what it knows into its ids, `video_` and base64 of
 * `litellm:custom_llm_provider:openai;model_id:sora-2;video_id:video_1`, and knows the model at the create alone: a look
 * shows another id, in which the server behind has the same.
 */
export const isSameVideo = (one: string, other: string): boolean =>
  one === other || innermost(one) === innermost(other);

function innermost(id: string): string {
  const [, encoded] = /^video_([A-Za-z0-9+/_-]+={0,2})$/.exec(id) ?? [];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  return /^litellm:custom_llm_provider:[^;]*;model_id:[^;]*;video_id:(.+)$/s.exec(text)?.[1] ?? id;
}
