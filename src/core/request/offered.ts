import { invalid } from '../errors';
import { lengthsIn, lengthsOf } from './apply-capabilities';
import type { Capabilities, FieldNames } from './capabilities';
import type { AppliedRequest } from './request';

/**
 * Refuses what a body that passes through would make and the operator does not offer, what it leaves to the model
 * included. Throws `invalid_request` that names the field by the body's own word and the values on offer.
 */
export function checkOffered(
  applied: AppliedRequest,
  offered: Capabilities,
  names: FieldNames,
): void {
  const mode = offered.modes[applied.mode];
  if (!mode) throw invalid(names.inputs ?? 'inputs', 'are not offered in this form');
  const lengths = lengthsIn(offered, mode, applied.resolution);
  const check = <T extends string | number>(
    field: keyof FieldNames,
    value: T,
    allowed: readonly T[],
  ): void => {
    if (allowed.includes(value)) return;
    const text = `${String(value)} is not offered, and it is what this body would make`;
    throw invalid(names[field] ?? field, text, allowed);
  };
  check('seconds', applied.seconds, [...lengthsOf(lengths), ...(lengths.auto ? [-1] : [])]);
  check('resolution', applied.resolution, mode.resolutions ?? offered.resolutions);
  check('aspectRatio', applied.aspectRatio, mode.aspectRatios ?? offered.aspectRatios);
  if (offered.silentOnly && applied.generateAudio) {
    throw invalid(names.generateAudio ?? 'generateAudio', 'must be given', ['false']);
  }
}
