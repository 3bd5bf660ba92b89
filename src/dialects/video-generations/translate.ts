import type { RoutedModel } from '../../core/catalog/catalog';
import type { UploadedFile } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { given, jsonOfText } from '../../core/json/fields';
import { changedByReading } from '../../core/json/json-exact';
import { offerOf } from '../kit/offer';
import type { Draft } from '../../core/request/draft';
import { picturesOf } from './pictures';
import type { Metadata, SubmitBody } from './schema';
import { checkUnread } from './unread';
import { layerOf, merge, type Layer } from './words';

/**
 * Vendor words are stored and echoed with the job. They are settings; a file in them would be media in a row.
 */
const PASSTHROUGH_BYTES_MAX = 16 * 1024;

/**
 * `isForm`: its fields are only texts, so a vendor's word among them is what JSON would read in it. `model` is the one
 * that the body names, where the caller has it.
 */
export function toDraft(
  body: SubmitBody,
  files: readonly UploadedFile[],
  { isForm, model: offered }: { isForm: boolean; model: RoutedModel | undefined },
): Draft {
  const { model } = body;
  const { words: metadata, isJson } = body.metadata ?? { words: {}, isJson: true };
  const { inputs, field } = picturesOf({ ...body, ...metadata }, files);
  const top = layerOf(body, '');
  const over = layerOf(metadata, 'metadata.');
  const { fields, names, passthrough } = merge(
    isForm ? asJson(top) : top,
    isForm && !isJson ? asJson(over) : over,
  );
  checkModel(model, metadata);
  // Who may not use the model is told no more than that.
  const mediaKeys = offered && offerOf(offered).mediaKeys;
  if (mediaKeys) {
    checkUnread(top, { prefix: '', mediaKeys });
    checkUnread(over, { prefix: 'metadata.', mediaKeys });
  }
  checkSize(passthrough);
  const { callback_url: callbackUrl, user } = { ...body, ...metadata };
  return {
    request: {
      ...fields,
      model,
      prompt: metadata.prompt ?? body.prompt,
      inputs,
      passthrough,
    },
    names: { ...names, inputs: field, passthrough: 'metadata' },
    callbackUrl:
      callbackUrl === undefined
        ? undefined
        : {
            url: callbackUrl,
            param: metadata.callback_url === undefined ? 'callback_url' : 'metadata.callback_url',
          },
    metadata: {},
    echo: given({ user }),
  };
}

/**
 * Refuses a model in the metadata that contradicts `model`: it decides channel and price, so it is said in one place.
 */
function checkModel(model: string, metadata: Metadata): void {
  for (const name of ['model', 'model_name'] as const) {
    const other = metadata[name];
    if (other !== undefined && other !== model) {
      throw invalid(`metadata.${name}`, 'contradicts model', [model]);
    }
  }
}

function checkSize(passthrough: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(passthrough)) {
    if (sizeOf(value) > PASSTHROUGH_BYTES_MAX) {
      throw invalid(`metadata.${name}`, `is larger than ${String(PASSTHROUGH_BYTES_MAX)} bytes`);
    }
  }
  if (sizeOf(passthrough) > PASSTHROUGH_BYTES_MAX) {
    throw invalid('metadata', `is larger than ${String(PASSTHROUGH_BYTES_MAX)} bytes as JSON`);
  }
}

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function asJson(layer: Layer): Layer {
  const read = Object.entries(layer.passthrough).map(
    ([name, value]) => [name, settingOfText(value)] as const,
  );
  return { ...layer, passthrough: Object.fromEntries(read) };
}

/**
 * `false` and `7` are a boolean and a number, `{"a":1}` is an object. What JSON would not write back as it came stays the
 * text that it is: `007`, `1.50`, `12345678901234567890`, `False`.
 */
function settingOfText(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  const number = Number(value);
  if (String(number) === value && Number.isFinite(number)) return number;
  return changedByReading(Buffer.from(value)) ? value : jsonOfText(value);
}
