import { jsonCall, type Call } from '../../core/provider/exchange';
import type { Submission } from '../../core/provider/provider';
import { withVendorKeys } from '../../core/request/passthrough';
import type { AppliedRequest, Input } from '../../core/request/request';
import { given } from '../../core/json/fields';
import { fileOf } from './files';
import { vertexOptions } from './options';
import { VEO_KEYS } from './vendor-keys';

/** Veo's create on both of its wires: one body, whose path and a few words differ. Neither takes an id of ours. */

/** Returns the create call of the Gemini API. */
export function submitGemini(submission: Submission): Call {
  const { model, calledModel = model } = submission;
  const path = `/v1beta/models/${encodeURIComponent(calledModel)}:predictLongRunning`;
  return jsonCall('POST', path, bodyOf(submission, {}));
}

/** Returns the create call of Vertex AI, whose path names the project. */
export function submitVertex(submission: Submission): Call {
  const { model, calledModel = model, applied, options } = submission;
  const { project, location, storageUri } = vertexOptions(options);
  const place = `projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}`;
  const path = `/v1/${place}/publishers/google/models/${encodeURIComponent(calledModel)}:predictLongRunning`;
  const own = { generateAudio: applied.generateAudio, seed: applied.seed, storageUri };
  return jsonCall('POST', path, bodyOf(submission, own));
}

function bodyOf(
  { applied, blobs }: Submission,
  own: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const parameters = {
    sampleCount: 1,
    durationSeconds: applied.seconds,
    aspectRatio: applied.aspectRatio,
    resolution: applied.resolution,
    negativePrompt: applied.negativePrompt,
    ...own,
  };
  return {
    instances: [instanceOf(applied, blobs)],
    parameters: withVendorKeys(parameters, applied.passthrough, VEO_KEYS),
  };
}

function instanceOf(
  { prompt, inputs }: AppliedRequest,
  blobs: Submission['blobs'],
): Record<string, unknown> {
  const picture = (input: Input): Record<string, string> => {
    const { mime, base64 } = fileOf(input, blobs);
    return { bytesBase64Encoded: base64, mimeType: mime };
  };
  const pictures = (role: Input['role']): Record<string, string>[] =>
    inputs.filter((input) => input.role === role).map(picture);
  const references = pictures('reference_image');
  return given({
    prompt: prompt || undefined,
    image: pictures('first_frame')[0],
    lastFrame: pictures('last_frame')[0],
    referenceImages:
      references.length > 0
        ? references.map((image) => ({ image, referenceType: 'asset' }))
        : undefined,
  });
}
