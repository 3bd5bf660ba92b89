import { z } from 'zod';
import type { Simulation } from '../contract';
import { parseJson } from '../kit/parse';
import type { ControlAnswer } from './control-faults';
import type { Limits } from './limits';

/** The control endpoint sets what one account may do at a provider. */

const number = z.int().min(1).nullable().optional();
const limitSchema = z
  .strictObject({
    provider: z.string(),
    model: z.string().optional(),
    jobsAtOnce: number,
    requestsPerMinute: number,
    createsPerMinute: number,
    runningAtOnce: number,
  })
  .refine(({ provider: _, model: __, ...limits }) =>
    Object.values(limits).some((limit) => limit !== undefined),
  );
const tierSchema = z.strictObject({ provider: z.string(), tier: z.string() });

const HELP =
  'send {"provider": ..., "model"?: ...} with one or more of "jobsAtOnce", "requestsPerMinute" (without a model), ' +
  '"createsPerMinute" and "runningAtOnce", each 1.. | null, or {"provider": ..., "tier": ...}';

/** Answers `POST /_sim/limits`, such as `{"provider": "kling", "jobsAtOnce": 5}`. */
export function setLimit(
  body: Uint8Array,
  { limits, simulations }: { limits: Limits; simulations: Readonly<Record<string, Simulation>> },
): ControlAnswer {
  const tiered = tierSchema.safeParse(parseJson(body));
  if (tiered.success) return setTier(tiered.data, { limits, simulations });
  const parsed = limitSchema.safeParse(parseJson(body));
  if (!parsed.success) return { status: 400, body: { error: HELP } };
  const { provider, model, ...change } = parsed.data;
  const models = Object.hasOwn(simulations, provider) ? simulations[provider]?.models : undefined;
  if (!models) {
    const providers = Object.keys(simulations);
    return { status: 400, body: { error: `there is no provider ${provider}`, providers } };
  }
  if (model !== undefined && !models.includes(model)) {
    return { status: 400, body: { error: `${provider} has no model ${model}`, models } };
  }
  if (model !== undefined && change.requestsPerMinute !== undefined) {
    return { status: 400, body: { error: 'requests are counted by account, not by model' } };
  }
  limits.set({ provider, ...(model === undefined ? {} : { model }) }, change);
  return { status: 200, body: { limits: limits.list() } };
}

function setTier(
  { provider, tier }: z.infer<typeof tierSchema>,
  { limits, simulations }: { limits: Limits; simulations: Readonly<Record<string, Simulation>> },
): ControlAnswer {
  const tiers =
    (Object.hasOwn(simulations, provider) ? simulations[provider]?.tiers : undefined) ?? {};
  const allowed = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (!allowed) {
    const error = `${provider} has no tier ${tier}`;
    return { status: 400, body: { error, tiers: Object.keys(tiers) } };
  }
  for (const { model, ...limit } of allowed) {
    limits.set({ provider, ...(model === undefined ? {} : { model }) }, limit);
  }
  return { status: 200, body: { limits: limits.list() } };
}
