import type { RetiredModel } from '../../core/provider/provider';

/** OpenAI has switched its videos off, and names nothing that takes their place. Others serve models of these names. */
const OFF: RetiredModel = { since: '2026-09-24', hosts: ['api.openai.com'] };

export const retiredModels: Readonly<Record<string, RetiredModel>> = {
  'sora-2': OFF,
  'sora-2-2025-10-06': OFF,
  'sora-2-2025-12-08': OFF,
  'sora-2-pro': OFF,
  'sora-2-pro-2025-10-06': OFF,
};
