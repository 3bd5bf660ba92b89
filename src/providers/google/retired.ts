import type { RetiredModel } from '../../core/provider/provider';

const TO_OMNI = { successor: 'gemini-omni-1.1-flash' } as const;

/**
 * Models that the Gemini API serves no longer, with the one that Google's page of deprecations names in their place. A preview
 * that was never known here is among them, since a channel could name it with `like`.
 */
export const retiredModels: Readonly<Record<string, RetiredModel>> = {
  'gemini-omni-flash-preview': { since: '2026-09-30', ...TO_OMNI },
  'veo-3.1-generate-preview': { since: '2026-10-22', ...TO_OMNI },
  'veo-3.1-fast-generate-preview': { since: '2026-10-22', ...TO_OMNI },
  'veo-3.1-lite-generate-preview': { since: '2026-10-22', ...TO_OMNI },
  'veo-3.0-generate-001': { since: '2026-06-30', ...TO_OMNI },
  'veo-3.0-fast-generate-001': { since: '2026-06-30', ...TO_OMNI },
  'veo-2.0-generate-001': { since: '2026-06-30', ...TO_OMNI },
};
