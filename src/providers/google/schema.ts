import { z } from 'zod';
import { maybe, number } from '../../core/json/fields';
import { identifier } from '../kit';

/** What we read of Google's replies. A list is read entry by entry, so that one odd entry hides no video. */

const word = maybe(z.string());

/**
 * An error as any of Google's servers writes it: `code` is a number with a word in `status` (google.rpc.Status), or the word
 * itself (Interactions). Google's front end puts the same into a list of one.
 */
const errorSchema = z.object({
  error: z.object({
    code: maybe(z.union([z.number(), z.string()])),
    message: word,
    status: word,
    details: maybe(z.array(z.unknown())),
  }),
});
export const errorReplySchema = z.union([
  errorSchema,
  z.tuple([errorSchema], z.unknown()).transform(([first]) => first),
]);

/** `{"@type": "...ErrorInfo", "reason": "API_KEY_INVALID"}` */
export const detailSchema = z.object({
  reason: word,
  retryDelay: word,
  violations: maybe(z.array(z.unknown())),
});
export const violationSchema = z.object({ quotaId: word });

/** A name becomes a path, in which `..` is a step. */
const isWithoutSteps = (name: string): boolean =>
  !name.split('/').some((part) => /^\.+$/.test(part));

/** The name of an operation of the Gemini API: `models/veo-3.1-generate-preview/operations/abc`. */
export const geminiName = identifier
  .regex(/^models\/[\w.-]+\/operations\/[\w.-]+$/)
  .refine(isWithoutSteps);
/** The same on Vertex AI, below a project and a location. */
export const vertexName = identifier
  .regex(
    /^projects\/[\w.:-]+\/locations\/[\w-]+\/publishers\/google\/models\/[\w.@-]+\/operations\/[\w.-]+$/,
  )
  .refine(isWithoutSteps);

/** The operations that we hand out: one of each wire. */
export const INTERACTION = 'interaction';
export const GEMINI = 'gemini';
export const VERTEX = 'vertex';

export const geminiOperation = z.object({ kind: z.literal(GEMINI), name: geminiName });
export const vertexOperation = z.object({
  kind: z.literal(VERTEX),
  name: vertexName,
  /** The server at which its `gs://` objects are opened. */
  storageUrl: z.string(),
});

const list = maybe(z.array(z.unknown()));
const filtered = {
  raiMediaFilteredCount: maybe(number),
  raiMediaFilteredReasons: list,
};

/** A long running operation as a create and a look show it. */
export const operationReplySchema = z.object({
  name: z.string(),
  done: maybe(z.boolean()),
  error: maybe(z.object({ code: maybe(number), message: word })),
  response: maybe(
    z.object({
      generateVideoResponse: maybe(z.object({ generatedSamples: list, ...filtered })),
      videos: list,
      ...filtered,
    }),
  ),
});
export type OperationReply = z.infer<typeof operationReplySchema>;

/** A video of the Gemini API. */
export const sampleSchema = z.object({
  video: z.object({ uri: word, encodedVideo: word }),
});
/** A video of Vertex AI: in a bucket, or here. */
export const vertexVideoSchema = z.object({ gcsUri: word, bytesBase64Encoded: word });
