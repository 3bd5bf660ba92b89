import type { InputSource } from './draft';
import type { Input } from './request';

const ASSET = 'asset://';

/**
 * Reads what a text that `media` of fields.ts let through stands for. `param` is the field that an error about it
 * names.
 */
export function mediaSource(role: Input['role'], value: string, param: string): InputSource {
  if (value.startsWith('data:')) return { role, media: { dataUrl: value, param } };
  if (value.startsWith(ASSET)) return { role, media: { asset: value.slice(ASSET.length) } };
  return { role, media: { url: value, param } };
}
