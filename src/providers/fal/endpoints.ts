import type { AppliedRequest } from '../../core/request/request';

/**
 * A model of ours is a family of fal's endpoints: the model's id is what their ids begin with, and the rest of an id says
 * what goes in and, for Kling, in which quality the video is made.
 */

type Asked = Pick<AppliedRequest, 'mode' | 'resolution'>;
export type Family = 'veo' | 'kling' | 'seedance';

/** Returns the family of a model, by its id. */
export function familyOf(model: string): Family {
  if (model.includes('/kling-video/')) return 'kling';
  return model.includes('/seedance-') ? 'seedance' : 'veo';
}

/** Kling's endpoints by the resolution that each makes. */
export const QUALITIES: Readonly<Record<string, string>> = {
  '720p': 'standard',
  '1080p': 'pro',
  '4k': '4k',
};

/** Returns what follows the model's id in the id of an endpoint: `/pro/image-to-video`; nothing for a text of Veo's. */
export function endpointOf(family: Family, { mode, resolution }: Asked): string {
  switch (family) {
    case 'veo':
      return VEO[mode];
    case 'kling':
      return `/${QUALITIES[resolution] ?? resolution}/${mode === 'text' ? 'text' : 'image'}-to-video`;
    case 'seedance':
      return `/${SEEDANCE[mode]}-to-video`;
  }
}

const VEO: Readonly<Record<AppliedRequest['mode'], string>> = {
  text: '',
  first_frame: '/image-to-video',
  first_last_frame: '/first-last-frame-to-video',
  reference: '/reference-to-video',
};

const SEEDANCE: Readonly<Record<AppliedRequest['mode'], string>> = {
  text: 'text',
  first_frame: 'image',
  first_last_frame: 'image',
  reference: 'reference',
};
