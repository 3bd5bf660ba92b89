import { given } from '../json/fields';
import { applyCapabilities } from './apply-capabilities';
import type { Capabilities, FieldNames, ModeCapabilities } from './capabilities';
import { GatewayError } from '../errors';
import type { AppliedRequest, VideoRequest } from './request';

/**
 * Reads what a request that passes through most likely means, for price and echo. The provider is the one who refuses:
 * a field that the model cannot honour is left out here, as if it had not been given.
 */
export function applyLeniently(request: VideoRequest, model: Capabilities): AppliedRequest {
  const { passthrough } = request;
  const prompt = request.prompt.slice(0, model.promptLengthMax);
  // Nothing is written into the body, so what it does not say is what the provider makes of it.
  const seconds = request.seconds ?? model.seconds.unsaid;
  let asked: VideoRequest = {
    ...request,
    ...given({ seconds }),
    prompt,
    passthrough: {},
  };
  const lenient = withoutLimits(model);
  // Each round leaves one field out, so it ends.
  for (;;) {
    try {
      return { ...applyCapabilities(asked, lenient), passthrough };
    } catch (error) {
      const field = error instanceof GatewayError ? error.param?.split('.')[0] : undefined;
      const next = field === undefined ? undefined : without(asked, field);
      if (!next) throw error;
      asked = next;
    }
  }
}

/**
 * Reads such a body where nothing may be left out: what it does not say is what the provider makes of it, and a field that
 * the model cannot honour is refused by the body's own word. Flags in a prompt are refused: the provider reads more
 * spellings of them than we do.
 */
export function applyAsWritten(
  request: VideoRequest,
  model: Capabilities,
  names: FieldNames,
): AppliedRequest {
  const { passthrough } = request;
  const seconds = request.seconds ?? model.seconds.unsaid;
  const asked = { ...request, ...given({ seconds }), passthrough: {} };
  const overrule = model.promptFlags?.all ?? [];
  const promptFlags = { all: overrule, overrule };
  return { ...applyCapabilities(asked, { ...model, promptFlags }, names), passthrough };
}

/**
 * Takes away what would leave out inputs for their number or form: the provider may take more than we know of, and then
 * it bills them.
 */
function withoutLimits({ media: _, ...model }: Capabilities): Capabilities {
  const { reference } = model.modes;
  const modes = reference ? { ...model.modes, reference: withoutCounts(reference) } : model.modes;
  return { ...model, modes, promptFlags: NO_FLAGS };
}

const withoutCounts = ({ besideVideo, ...mode }: ModeCapabilities): ModeCapabilities => ({
  ...mode,
  ...MANY,
  audioAlone: true,
  ...(besideVideo ? { besideVideo: { ...besideVideo, ...MANY } } : {}),
});

const MANY = { images: Infinity, videos: Infinity, audios: Infinity };

/** They were read as fields. */
const NO_FLAGS = { all: [], overrule: [] };

/** Returns the request without that field; undefined where nothing is left to leave out. */
function without(request: VideoRequest, field: string): VideoRequest | undefined {
  if (field === 'inputs') return request.inputs.length > 0 ? { ...request, inputs: [] } : undefined;
  if (!Object.hasOwn(request, field) || REQUIRED.has(field)) return undefined;
  const rest = Object.entries(request).filter(([name]) => name !== field);
  // Sound because only fields that may be absent are left out.
  return Object.fromEntries(rest) as VideoRequest;
}

const REQUIRED: ReadonlySet<string> = new Set(['model', 'prompt', 'passthrough']);
