import type { Principal } from '../core/api/principal';
import type { Creation } from '../core/job/creation';
import { given } from '../core/json/fields';
import { knownModel } from '../core/job/job';
import { newId } from '../core/job/ids';
import type { PlannedSend, Preview } from '../core/job/preview';
import type { Call } from '../core/provider/exchange';
import type { Submission } from '../core/provider/provider';
import type { AcceptDeps } from './deps';
import { priced } from './create';
import { fetchInputs } from './fetched-inputs';
import { quoted, quotedBody } from './quoted';
import type { CheckedRequest } from './resolve';
import type { RouteChoice } from './routes';

/** Does everything that a create does before it stores: the same checks, the same price, the same words to providers. */
export async function preview(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
): Promise<Preview> {
  const fetched = await fetchInputs(deps, principal, creation);
  const checked = await priced(deps, principal, creation, fetched);
  const files = await filesOf(deps, checked);
  const sends = checked.usable
    .filter(({ channel }) => channel.draining !== true)
    .map((choice) => plannedSend(choice, { checked, creation, files }));
  const quote = quoted(deps, principal, checked, quotedBody(creation));
  return { model: checked.request.model, quote, sends };
}

interface File {
  mime: string;
  /** Stands for the bytes, so that they are found again in whatever a provider makes of them. */
  marker: Uint8Array;
  shown: string;
}
type Files = ReadonlyMap<string, File>;

async function filesOf({ blobs }: AcceptDeps, { inputs }: CheckedRequest): Promise<Files> {
  const files = new Map<string, File>();
  for (const { input, bytes } of inputs) {
    if (!('blob' in input.media)) continue;
    const { blob, mime } = input.media;
    const size = bytes?.length ?? (await blobs.stat(blob))?.bytes ?? 0;
    const marker = Buffer.from(`file ${blob} of this request`);
    files.set(blob, { mime, marker, shown: `<${mime}, ${String(size)} bytes>` });
  }
  return files;
}

function plannedSend(
  { channel, provider, model, like, applied }: RouteChoice,
  { checked, creation, files }: { checked: CheckedRequest; creation: Creation; files: Files },
): PlannedSend {
  const call = provider.submit({
    model: knownModel({ model, like }),
    calledModel: model,
    applied,
    attemptId: newId(),
    ...given({ options: channel.options }),
    ...bytesOf(checked, creation, files),
  });
  return {
    ...{ channel: channel.name, provider: provider.name, model, method: call.method },
    path: 'path' in call.target ? call.target.path : new URL(call.target.url).pathname,
    headers: call.headers,
    body: bodyOf(call, files),
  };
}

function bytesOf(
  { asSent }: CheckedRequest,
  creation: Creation,
  files: Files,
): Pick<Submission, 'blobs' | 'native'> {
  if (!asSent || !('native' in creation)) {
    const blobs = new Map([...files].map(([id, { mime, marker: bytes }]) => [id, { mime, bytes }]));
    return { blobs };
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(creation.native.body);
  return { blobs: new Map(), native: { text, ...asSent } };
}

function bodyOf({ body = '' }: Call, files: Files): unknown {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const shown = [...files.values()].reduce(
    (all, { marker, shown: words }) =>
      all
        .replaceAll(Buffer.from(marker).toString('base64'), words)
        .replaceAll(Buffer.from(marker).toString(), words),
    text,
  );
  try {
    return JSON.parse(shown) as unknown;
  } catch {
    return shown;
  }
}
