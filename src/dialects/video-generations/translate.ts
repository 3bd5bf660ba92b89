import type { UploadedFile } from '../../core/dialect';
import { invalid } from '../../core/errors';
import { given, numberOfText } from '../../core/fields';
import type { Draft } from '../../core/ports';
import { picturesOf } from './pictures';
import type { Metadata, SubmitBody } from './schema';
import { layerOf, merge, type Layer } from './words';

/**
 * Vendor words are stored and echoed with the job. They are settings; a file in them would be media in a row.
 */
const PASSTHROUGH_BYTES_MAX = 16 * 1024;

/** `isForm`: its fields are only texts, so vendor words among them that look like numbers are numbers. */
export function toDraft(
  body: SubmitBody,
  files: readonly UploadedFile[],
  { isForm }: { isForm: boolean },
): Draft {
  const { model } = body;
  const { words: metadata, isJson } = body.metadata ?? { words: {}, isJson: true };
  const { inputs, field } = picturesOf({ ...body, ...metadata }, files);
  const top = layerOf(body, '');
  const over = layerOf(metadata, 'metadata.');
  const { fields, names, passthrough } = merge(
    isForm ? withNumbers(top) : top,
    isForm && !isJson ? withNumbers(over) : over,
  );
  checkModel(model, metadata);
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

/** It decides channel and price, so it is said in one place. */
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

function withNumbers(layer: Layer): Layer {
  const numbered = Object.entries(layer.passthrough).map(
    ([name, value]) => [name, numberOfText(value)] as const,
  );
  return { ...layer, passthrough: Object.fromEntries(numbered) };
}
