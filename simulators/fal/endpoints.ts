/** The endpoints that this fal has, by the path of a submit. Only the first two parts of it name the app of a request. */

export type Kind =
  | 'veo-text'
  | 'veo-image'
  | 'veo-frames'
  | 'kling-text'
  | 'kling-image'
  | 'seedance-text'
  | 'seedance-image'
  | 'seedance-reference';

export interface Endpoint {
  /** The endpoint's id: `fal-ai/veo3.1/image-to-video`. */
  id: string;
  kind: Kind;
  /** What decides the picture where the body does not: `pro` makes 1080p. */
  resolution?: string;
  /** The resolutions that the body may ask for. */
  resolutions: readonly string[];
}

const veo = (base: string): Endpoint[] => {
  const resolutions = ['720p', '1080p', '4k'];
  return [
    { id: base, kind: 'veo-text', resolutions },
    { id: `${base}/image-to-video`, kind: 'veo-image', resolutions },
    { id: `${base}/first-last-frame-to-video`, kind: 'veo-frames', resolutions },
  ];
};

const kling = (quality: string, resolution: string): Endpoint[] => {
  const base = `fal-ai/kling-video/v3/${quality}`;
  return [
    { id: `${base}/text-to-video`, kind: 'kling-text', resolution, resolutions: [] },
    { id: `${base}/image-to-video`, kind: 'kling-image', resolution, resolutions: [] },
  ];
};

const seedance = (base: string, resolutions: readonly string[]): Endpoint[] => [
  { id: `${base}/text-to-video`, kind: 'seedance-text', resolutions },
  { id: `${base}/image-to-video`, kind: 'seedance-image', resolutions },
  { id: `${base}/reference-to-video`, kind: 'seedance-reference', resolutions },
];

export const ENDPOINTS: readonly Endpoint[] = [
  ...veo('fal-ai/veo3.1'),
  ...veo('fal-ai/veo3.1/fast'),
  ...kling('standard', '720p'),
  ...kling('pro', '1080p'),
  ...kling('4k', '4k'),
  ...seedance('bytedance/seedance-2.0', ['480p', '720p', '1080p']),
  ...seedance('bytedance/seedance-2.0/fast', ['480p', '720p']),
];

/** Finds the endpoint of a path such as `/fal-ai/veo3.1/fast`, by the values of its parts. */
export const endpointOf = (id: string): Endpoint | undefined =>
  ENDPOINTS.find((endpoint) => endpoint.id === id);

/** Gives the app of an endpoint: `fal-ai/veo3.1`. */
export const appOf = ({ id }: Pick<Endpoint, 'id'>): string => id.split('/').slice(0, 2).join('/');
