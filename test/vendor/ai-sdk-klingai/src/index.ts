export { createKlingAI, klingai } from './klingai-provider';
export type {
  KlingAIProvider,
  KlingAIProviderSettings,
} from './klingai-provider';
export type { KlingAIVideoModelId } from './klingai-video-settings';
export type {
  KlingAIVideoModelOptions,
  /** @deprecated Use `KlingAIVideoModelOptions` instead. */
  KlingAIVideoModelOptions as KlingAIVideoProviderOptions,
} from './klingai-video-model';
