import { z } from 'zod';
import { integer, must, object, prompt, text } from '../../core/json/fields';
import { spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { inputKindOf } from '../../core/request/input-names';
import { GENERATE } from './sentences';

/**
 * The words of OneInfer's `/v1/ula`. Its forms send every field as text, and its own guide sends "720p" and "landscape"
 * where its reference says "720P" and "16:9" [one-t2v]; so texts of numbers and booleans, either case, and the words of
 * shapes are all read. Model limits are not checked here: the catalog knows them and names the allowed values.
 */

const TEXT_LENGTH_MAX = 200;

/** Python's `True` becomes the text "True" in a form. */
const lenientBoolean = spelled(
  z.preprocess(
    (value) => {
      const word = typeof value === 'string' ? value.toLowerCase() : value;
      return word === 'true' ? true : word === 'false' ? false : value;
    },
    z.boolean({ error: must('true or false') }),
  ),
  { also: [{ type: 'string', pattern: '^(?:[tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$' }] },
);

const meant = (name: string): string | undefined => {
  const kind = inputKindOf(name);
  if (kind === 'callback') return 'this API has no callbacks; read the job at /v1/ula/videos/{id}';
  return kind && 'send a form, with media as its files';
};

export const generateBodySchema = object(
  told(
    {
      prompt,
      model: text(TEXT_LENGTH_MAX),
      resolution: text(TEXT_LENGTH_MAX),
      aspect_ratio: text(TEXT_LENGTH_MAX),
      duration: integer,
      generate_audio: lenientBoolean,
      camera_fixed: lenientBoolean,
      service_tier: text(TEXT_LENGTH_MAX),
      fps: integer.optional(),
      seed: integer.optional(),
    },
    GENERATE,
  ),
  meant,
);
export type GenerateBody = z.infer<typeof generateBodySchema>;
