/** What the fields of a request mean, for readers of the OpenAPI document, where several APIs mean the same by one. */
export const MEANS = {
  model: 'The public name, as `GET /v1/models` has it.',
  prompt: 'What is to be seen.',
  seconds: 'Length in seconds; -1 lets the model choose, where it can.',
  resolution: 'The short side, as the model names it: `720p`.',
  ratio: 'Width to height, or `adaptive` to follow the first picture: `16:9`.',
  pixels: 'Width x height in pixels, in place of resolution and ratio: `1280x720`.',
  sound: 'Whether there is sound.',
  seed: 'The same seed makes a similar video; -1 is any.',
  watermark: 'Whether the provider marks the video.',
  still: 'Whether the camera stands still.',
  lastFrame: 'Whether the last picture is given too.',
  tier: 'What is asked of the provider: `default`, or `flex` for a cheaper video that takes longer.',
  fps: 'Pictures in a second, which the model must make anyway.',
  negative: 'What is not to be seen.',
  callback: 'Where a message goes when the job has ended.',
  expires: 'Seconds after which the provider may give the job up.',
  customer:
    'Your customer, for providers that take such an id; refused where the model takes none.',
  user: 'Your customer; goes to providers that take such an id, and comes back.',
  metadata: 'Yours: it comes back in every answer and callback.',
  requestId: 'Yours: it comes back as it is.',
  firstFrame: 'The first frame.',
  references: 'Pictures of what is to appear.',
  quality: 'The resolution in another word: `720p`, `hd`.',
} as const;

/** What the words of every list mean, and of every table. */
export const LISTS = {
  limit: 'How many there are on one page.',
  after: 'The id of the last one of the page before.',
  before: 'The id of the first one of the page after.',
  createdAfter: 'Unix seconds; what was made in that second is not listed.',
  createdBefore: 'Unix seconds; what was made in that second is not listed.',
  order: 'By when they were made: `desc` has the newest first.',
  format: 'JSON, or one table as CSV.',
  from: 'The first second that counts, in Unix seconds.',
  to: 'The first second that does not count any more, in Unix seconds.',
  workspace: 'The id or name of a workspace.',
  job: 'The id of a job.',
} as const;
