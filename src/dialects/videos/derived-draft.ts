import type { Principal } from '../../core/api/principal';
import type { RouteInput } from '../../core/api/route';
import { isCalled, type RoutedModel } from '../../core/catalog/catalog';
import { GatewayError } from '../../core/errors';
import type { Job } from '../../core/job/job';
import type { Gateway } from '../../core/ports/gateway/gateway';
import type { Models } from '../../core/ports/gateway/models';
import type { Draft, InputSource } from '../../core/request/draft';
import { offerOf } from '../kit/offer';
import { idOf, REMIXED_FROM } from './render';
import type { DerivedBody } from './schema';
import { toDraft } from './translate';

/** What is made of an earlier video, in the word for it. */
export type Verb = 'remix' | 'edit' | 'extend';

/** The video of which another one is made. */
export interface Origin {
  /** The earlier video; undefined where the caller sends a file. */
  source: Job | undefined;
  file?: { blob: string; mime: string } | undefined;
  verb: Verb;
}

/**
 * Makes the request for a video by reference of the earlier one, which goes to the provider by our own signed link.
 * The model is the one that the body names, otherwise the one that made the earlier video, otherwise the only one of
 * the caller's that takes a video. Throws `invalid_request` where that is none, `model_not_found` for an unknown name
 * and `conflict` while the earlier video is not there, or is there no longer.
 */
export function draftFrom(
  gateway: Pick<Gateway, 'models' | 'link'>,
  { principal, body }: RouteInput<Omit<DerivedBody, 'video'>>,
  { source, file, verb }: Origin,
): Draft {
  const model = modelFor(gateway, principal, { named: body.model, made: source?.model, verb });
  if (source) checkThere(source, verb);
  const draft = toDraft({ ...body, model: model.entry.name }, [], model);
  const inputs: InputSource[] = source
    ? [{ role: 'reference_video', media: { url: gateway.link(source, 'video'), param: 'video' } }]
    : file
      ? [{ role: 'reference_video', media: { blob: file.blob, mime: file.mime } }]
      : [];
  return {
    ...draft,
    request: { ...draft.request, inputs },
    names: { ...draft.names, inputs: 'video' },
    echo: { ...draft.echo, ...(source ? { [REMIXED_FROM]: idOf(source) } : {}) },
  };
}

function checkThere({ state, outputs }: Pick<Job, 'state' | 'outputs'>, verb: Verb): void {
  const isThere = outputs.some(({ kind }) => kind === 'video');
  if (state === 'succeeded' && isThere) return;
  const why = state === 'succeeded' ? 'kept no longer' : 'not completed';
  const message = `The video is ${why}, so there is nothing to ${verb}.`;
  throw new GatewayError('conflict', { message });
}

/** Names of models: the one in the body, and the one that made the earlier video. */
type Wanted = Record<'named' | 'made', string | undefined>;

function modelFor(
  gateway: Pick<Models, 'models'>,
  principal: Principal,
  { named, made, verb }: Wanted & Pick<Origin, 'verb'>,
): RoutedModel {
  const all = gateway.models(principal);
  const able = all.filter((model) => offerOf(model).references.videos > 0);
  const meant = meantOf(able, { named, made });
  if (meant) return meant;
  if (named !== undefined && !all.some((model) => isCalled(model, named))) {
    throw new GatewayError('model_not_found', { param: 'model' });
  }
  const cannot = cannotOf(able, named ?? made, verb);
  const instead = 'Name one in the field model that takes a video as a reference';
  const message = refusalOf({ cannot, instead }, able);
  throw new GatewayError('invalid_request', { param: 'model', message });
}

function meantOf(able: readonly RoutedModel[], { named, made }: Wanted): RoutedModel | undefined {
  const calledBy = (name: string | undefined): RoutedModel | undefined =>
    name === undefined ? undefined : able.find((model) => isCalled(model, name));
  if (named !== undefined) return calledBy(named);
  return calledBy(made) ?? (able.length === 1 ? able[0] : undefined);
}

function cannotOf(able: readonly RoutedModel[], name: string | undefined, verb: Verb): string {
  if (able.length === 0) return `No model here can ${verb} a video.`;
  return name === undefined
    ? `It is not said which model is to ${verb} the video.`
    : `The model ${name} cannot ${verb} a video.`;
}

/** Says what cannot be done and what leads to nearly the same, with the names of the models that can: `clip-1`. */
export function refusalOf(
  { cannot, instead }: { cannot: string; instead: string },
  able: readonly RoutedModel[],
): string {
  const names = able.map(({ entry }) => entry.name).join(', ');
  return names === '' ? cannot : `${cannot} ${instead}; these models can: ${names}.`;
}
