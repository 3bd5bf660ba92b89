import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import type { ChannelOptions } from '../../core/provider/options';

/** What a channel of Vertex AI says beside its credentials. A channel of the Gemini API needs none of it. */

const name = (what: string, form: RegExp) =>
  z
    .string({ error: `must be ${what}` })
    .regex(form, { error: `must be ${what}` })
    .optional();

const schema = fields({
  /** The project that is billed: `my-project-1`. */
  project: name('the id of a Google Cloud project', /^[a-z][a-z0-9:.-]{1,60}$/),
  /** The place where the model runs; the host of the base URL must be the same place's. */
  location: name('a location such as "us-central1" or "global"', /^[a-z][a-z0-9-]{1,40}$/),
  /** The place where Vertex puts the videos. Absent: they stand in its replies. */
  storageUri: name(
    'a place in a bucket such as "gs://my-bucket/videos"',
    /^gs:\/\/[a-z0-9][\w.-]+(\/[\w./-]*)?$/,
  ),
  /** The server at which objects of `gs://` are opened. */
  storageUrl: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
});

/** The schema of a channel's options. */
export const options: z.ZodType<ChannelOptions> = schema;

/** The options as the adapter needs them: each has a value, or is truly absent. */
export interface VertexOptions {
  project: string;
  location: string;
  storageUri?: string;
  storageUrl: string;
}

/** Google's own storage. */
export const STORAGE = 'https://storage.googleapis.com';

/**
 * Reads a channel's options. Without a project, which a start refuses for a model of Vertex, it is `-`, so that Google says
 * that there is none such.
 */
export function vertexOptions(said: ChannelOptions | undefined): VertexOptions {
  const { data = {} } = schema.safeParse(said ?? {});
  const { project = '-', location = 'us-central1', storageUri, storageUrl = STORAGE } = data;
  return {
    ...{ project, location, storageUrl: storageUrl.replace(/\/+$/, '') },
    ...(storageUri === undefined ? {} : { storageUri }),
  };
}
