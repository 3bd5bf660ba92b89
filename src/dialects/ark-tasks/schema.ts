import { z } from 'zod';
import { count, text, TEXT_LENGTH_MAX, unixTime } from '../../core/json/fields';
import { spelled } from '../../core/json/spellings';
import { told } from '../../core/json/told';
import { NOT_STORABLE, isStorable } from '../../core/text';
import { LISTS } from '../kit/field-words';

const any = z.unknown().optional();
/** What is told of a body that goes on unread: the words of Ark's documentation. Only its model is ours to require. */
const taskForm = z.looseObject({
  model: z.string().min(1).describe('The public name, as `GET /v1/models` has it.'),
  content: any.describe(
    'What is to be made: a list of texts, pictures, videos and sounds, each with its `type` and `role`, or an earlier draft.',
  ),
  callback_url: any.describe('Where a message about each state of the task goes.'),
  return_last_frame: any.describe('Whether the last picture is given too.'),
  service_tier: any.describe('`default`, or `flex` for a cheaper video that takes longer.'),
  execution_expires_after: any.describe('Seconds after which the provider may give the task up.'),
  priority: any.describe("The task's place in the provider's queue: 0 to 9."),
  generate_audio: any.describe('Whether there is sound.'),
  draft: any.describe('Whether a cheaper preview is made, of which a later task makes the video.'),
  camera_fixed: any.describe('Whether the camera stands still.'),
  watermark: any.describe('Whether the provider marks the video.'),
  seed: any.describe('The same seed makes a similar video; -1 is any.'),
  resolution: any.describe('The short side, as the model names it: `720p`.'),
  ratio: any.describe('Width to height, or `adaptive` to follow the first picture: `16:9`.'),
  duration: any.describe('Length in seconds; -1 lets the model choose, where it can.'),
  frames: any.describe('Length in pictures, in place of `duration`.'),
  tools: any.describe('What the model may use: `[{"type": "web_search"}]`.'),
  safety_identifier: any.describe('Your customer, for models that take such an id.'),
  output_format: any.describe("The file's format."),
  omni_reference_task_type: any.describe('What is to be done with references.'),
});
/** Takes any body: what it lacks is said by the create, which reads it beside the bytes that go on. */
export const taskBodySchema = spelled(z.unknown(), { is: [taskForm] });
export const nothingSchema = z.undefined();
/** A query goes upstream as it came; only `model` of a look at a foreign id is ours to read. */
export const anyQuerySchema = z.looseObject({});
export const modelQuerySchema = z.looseObject({
  model: text(TEXT_LENGTH_MAX)
    .optional()
    .describe(
      'The public name of the model whose provider is asked of an id that is of nobody here.',
    ),
});
export type ModelQuery = z.infer<typeof modelQuerySchema>;

export const TASK_STATUSES = [
  'queued',
  'running',
  'cancelled',
  'succeeded',
  'failed',
  'expired',
] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Looked for in the rows, where no other text can be. */
const word = z.string().refine(isStorable, NOT_STORABLE);

const LIST = {
  page_num: 'Which page, from 1.',
  page_size: 'How many there are on one page.',
  'filter.status': 'The state of the task.',
  'filter.model': "The name of the model as the task's maker wrote it.",
  'filter.service_tier': 'The service tier that was asked for.',
  'filter.task_ids': 'The ids of tasks, repeated or in one list with commas.',
  'filter.created_after': LISTS.createdAfter,
  'filter.created_before': LISTS.createdBefore,
} as const;

/** One id, or several with commas. */
const idList = z.string().regex(/[^,]/, 'names no id');

/** Repeated, as the SDKs write it, or one list with commas. */
const ids = z
  .union([idList, z.array(idList)])
  .transform((value) => [value].flat().flatMap((text) => text.split(',').filter((id) => id !== '')))
  .pipe(z.array(z.string()).max(500, 'has more than 500 ids'));

export const listQuerySchema = z.looseObject(
  told(
    {
      page_num: count(1, 500).default(1),
      page_size: count(1, 500).default(20),
      'filter.status': z.enum(TASK_STATUSES).optional(),
      'filter.model': word.optional(),
      'filter.service_tier': word.default('default'),
      'filter.task_ids': ids.optional(),
      'filter.created_after': unixTime.optional(),
      'filter.created_before': unixTime.optional(),
    },
    LIST,
  ),
);
export type ListQuery = z.infer<typeof listQuerySchema>;
