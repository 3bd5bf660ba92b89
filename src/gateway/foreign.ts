import type { ChannelRoute } from '../core/catalog/catalog';
import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import type { Call } from '../core/provider/exchange';
import type { StoredReply } from '../core/provider/native';
import type { Provider } from '../core/provider/provider';
import type { GatewayDeps } from './deps';
import { isSomebodys, noSuchJob } from './find';

/**
 * A job that this gateway did not create, at a provider account that the operator opened for it. Nothing of it is
 * stored or billed here; the provider's reply goes back as it came.
 */
export interface ForeignQuestion {
  id: string;
  /** Public name; its channels are asked in order, the next one where the provider does not know the id. */
  model: string;
  ask: 'look' | 'cancel';
}

export async function foreign(
  deps: GatewayDeps,
  principal: Principal,
  wire: string,
  question: ForeignQuestion,
): Promise<StoredReply> {
  if (!principal.scopes.includes('foreign')) {
    throw new GatewayError('forbidden', {
      scope: 'foreign',
      message: 'This API key lacks the scope "foreign".',
    });
  }
  const { routes } = deps.catalog.resolve(principal, question.model);
  const open = routes.filter((route) => isOpen(route, wire));
  // An id of ours belongs to somebody, whoever asks; who may see it has been asked before.
  if (open.length === 0 || (await isSomebodys(deps, question.id, wire))) throw noSuchJob();
  let last: StoredReply | undefined;
  for (const route of open) {
    last = await askAt(deps, route, question);
    if (last.status !== 404) return last;
  }
  if (!last) throw noSuchJob();
  return last;
}

const isOpen = ({ channel, provider }: ChannelRoute, wire: string): boolean =>
  channel.foreignIds === true && provider.native?.wire === wire;

async function askAt(
  deps: GatewayDeps,
  { channel, provider }: ChannelRoute,
  { id, ask }: ForeignQuestion,
): Promise<StoredReply> {
  const now = deps.now();
  const call = callOf(provider, id, ask);
  const result = await deps.outbound.call(provider.authorize(call, channel.credentials, now), {
    baseUrl: channel.baseUrl,
    deadlineAt: now + deps.waits.exchangeMs,
    replyBytesMax: deps.limits.replyBytesMax,
    about: { channel: channel.name, kind: 'foreign' },
  });
  if (result.kind !== 'reply') {
    throw new GatewayError('upstream', { message: 'The provider did not answer.' });
  }
  const { status, headers, body } = result.reply;
  return { status, type: headers['content-type'], body };
}

function callOf(provider: Provider, id: string, ask: ForeignQuestion['ask']): Call {
  const operation = provider.native?.operationOf(id);
  if (!operation) throw noSuchJob();
  if (ask === 'look') return provider.poll(operation);
  if (!provider.cancel) throw new GatewayError('conflict', { message: 'It cannot be canceled.' });
  return provider.cancel(operation);
}
