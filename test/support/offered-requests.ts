import {
  applyCapabilities,
  lengthsIn,
  lengthsOf,
  limitsOf,
} from '../../src/core/request/apply-capabilities';
import type { Capabilities } from '../../src/core/request/capabilities';
import { inputFor } from './input-files';
import { pricedVideo } from '../../src/core/money/priced-video';
import type { PricedVideo } from '../../src/core/money/tariff';
import { MODES } from '../../src/core/request/request';
import type { AppliedRequest, Input, Mode, VideoRequest } from '../../src/core/request/request';

/** A request for a video that a model offers, as it is sent and as it is priced. */
export interface OfferedRequest {
  /** Such as `first_frame 720p 5 s adaptive sound`. */
  name: string;
  applied: AppliedRequest;
  video: PricedVideo;
}

/**
 * Lists a request for every video of a model: each mode, with and without a video among references, in each resolution, tier and length
 * (-1 too), with and without sound, in 16:9 and in the shape that the model decides; in the other shapes at one length.
 */
export function offeredRequests(model: string, capabilities: Capabilities): OfferedRequest[] {
  return MODES.flatMap((mode) => (capabilities.modes[mode] ? INPUTS[mode] : []))
    .filter(
      (inputs) => count(inputs, 'reference_video') <= (referencesOf(capabilities)?.videos ?? 0),
    )
    .flatMap((inputs) => wishesOf(capabilities, inputs))
    .map((asked) => ({ model, prompt: 'a cat', passthrough: {}, ...asked }))
    .map((request) => offeredRequest(request, capabilities));
}

type Asked = Partial<VideoRequest> & Pick<VideoRequest, 'inputs'>;

/** Makes an input of that role, by a link. */
export const input = (role: Input['role']): Input => inputFor(role, {});
const INPUTS: Readonly<Record<Mode, readonly Input[][]>> = {
  text: [[]],
  first_frame: [[input('first_frame')]],
  first_last_frame: [[input('first_frame'), input('last_frame')]],
  reference: [
    [input('reference_image')],
    [input('reference_image'), input('reference_video')],
    [input('reference_video')],
  ],
};

const count = (inputs: readonly Input[], role: Input['role']): number =>
  inputs.filter((one) => one.role === role).length;

const referencesOf = ({ modes }: Capabilities): Capabilities['modes']['reference'] =>
  modes.reference;

const modeOf = (inputs: readonly Input[]): Mode =>
  MODES.find((mode) => INPUTS[mode].some((known) => known === inputs)) ?? 'text';

/** Lists what can be asked for with these inputs; a resolution without sound is asked for without it. */
function wishesOf(model: Capabilities, inputs: Input[]): Asked[] {
  const limits = limitsOf(model, modeOf(inputs), inputs, 'inputs');
  const shapes = limits.aspectRatios ?? model.aspectRatios;
  return (limits.resolutions ?? model.resolutions).flatMap((resolution) => {
    const lengths = lengthsIn(model, limits, resolution);
    const hasSound =
      (limits.audio ?? model.audio) && model.audioResolutions?.includes(resolution) !== false;
    const sounds = model.audioAlways ? [true] : hasSound ? [true, false] : [undefined];
    const tiers = model.serviceTiers.length > 0 ? model.serviceTiers : [undefined];
    return sounds.flatMap((generateAudio) =>
      tiers.flatMap((serviceTier) =>
        [...lengthsOf(lengths), ...(lengths.auto ? [-1] : [])].flatMap((seconds) =>
          shapes
            .filter((shape) => seconds === lengths.default || /^(16:9|adaptive)$/.test(shape))
            .map((aspectRatio) => ({
              inputs: inputs.map(({ role }) => inputFor(role, model)),
              resolution,
              seconds,
              aspectRatio,
              ...(generateAudio === undefined ? {} : { generateAudio }),
              ...(serviceTier === undefined ? {} : { serviceTier }),
            })),
        ),
      ),
    );
  });
}

/** Resolves a request. Throws `invalid_request` for one that the model does not offer. */
export function offeredRequest(request: VideoRequest, capabilities: Capabilities): OfferedRequest {
  const applied = applyCapabilities(request, capabilities);
  const { mode, resolution, seconds, aspectRatio, serviceTier } = applied;
  const video = pricedVideo(applied, capabilities);
  const words = [
    mode,
    ...(video.videos > 0 ? ['with a video'] : []),
    resolution,
    `${String(seconds)} s`,
    aspectRatio,
    video.audio ? 'sound' : 'silent',
    ...(serviceTier === undefined ? [] : [serviceTier]),
  ];
  return { name: words.join(' '), applied, video };
}
