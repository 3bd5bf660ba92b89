import type { Capabilities, NameOf } from './capabilities';
import { invalid } from '../errors';
import type { VideoRequest } from './request';

/**
 * Checks the fields that a model either has or has not. Neutral values pass on every model: false (but for a
 * silence that a model cannot make), seed -1, its own fps.
 */
export function checkFlags(request: VideoRequest, model: Capabilities, name: NameOf): void {
  const refuse = (field: keyof VideoRequest): never => {
    throw invalid(name(field), 'is not supported by this model', ['false']);
  };
  if (request.generateAudio && (!model.audio || model.silentOnly)) refuse('generateAudio');
  if (request.generateAudio === false && model.audio && model.audioAlways) {
    throw invalid(name('generateAudio'), 'cannot be false: this model always makes sound', [
      'true',
    ]);
  }
  if (request.watermark && !model.watermark) refuse('watermark');
  if (request.cameraFixed && !model.cameraFixed) refuse('cameraFixed');
  if (request.cameraFixed && request.inputs.some((input) => input.role.startsWith('reference_'))) {
    throw invalid(name('cameraFixed'), 'does not go with references', ['false']);
  }
  if (request.returnLastFrame && !model.lastFrame) refuse('returnLastFrame');
  if (request.fps !== undefined && request.fps !== model.fps) {
    throw invalid(name('fps'), `${String(request.fps)} is not offered by this model`, [model.fps]);
  }
  checkNegativePrompt(request.negativePrompt ?? '', model, name('negativePrompt'));
  checkSeed(request, model, name('seed'));
  checkTier(request, model, name);
}

function checkNegativePrompt(text: string, model: Capabilities, param: string): void {
  if (text !== '' && !model.negativePrompt) throw invalid(param, 'is not supported by this model');
  const lengthMax = model.negativePromptLengthMax ?? Infinity;
  if (text.length > lengthMax) {
    throw invalid(param, `is longer than ${String(lengthMax)} characters`);
  }
}

function checkSeed(request: VideoRequest, model: Capabilities, param: string): void {
  const seed = request.seed;
  if (seed === undefined || seed === -1) return;
  if (!model.seed)
    throw invalid(param, 'is not supported by this model', ['-1 (the model decides)']);
  if (seed < model.seed.min || seed > model.seed.max) {
    throw invalid(
      param,
      `must lie between ${String(model.seed.min)} and ${String(model.seed.max)}, or be -1 (the model decides)`,
    );
  }
}

function checkTier(request: VideoRequest, model: Capabilities, name: NameOf): void {
  const tier = request.serviceTier;
  const tiers = model.serviceTiers.length > 0 ? model.serviceTiers : ['default'];
  if (tier !== undefined && !tiers.includes(tier)) {
    throw invalid(name('serviceTier'), `${tier} is not offered by this model`, tiers);
  }
  const expires = request.expiresAfterSeconds;
  if (expires !== undefined) {
    const range = model.expiresAfterSeconds;
    if (!range) throw invalid(name('expiresAfterSeconds'), 'is not supported by this model');
    if (expires < range.min || expires > range.max) {
      throw invalid(
        name('expiresAfterSeconds'),
        `must lie between ${String(range.min)} and ${String(range.max)} seconds`,
      );
    }
  }
  const identifier = request.safetyIdentifier;
  if (identifier !== undefined && identifier.length > model.safetyIdentifierLengthMax) {
    throw invalid(
      name('safetyIdentifier'),
      model.safetyIdentifierLengthMax === 0
        ? 'is not supported by this model'
        : `is longer than ${String(model.safetyIdentifierLengthMax)} characters`,
    );
  }
}
