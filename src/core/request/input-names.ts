/** Names under which callers of other APIs give media or ask for messages; every dialect says what it calls them. */
export const INPUT_KINDS = ['callback', 'video', 'last_frame', 'image'] as const;
export type InputKind = (typeof INPUT_KINDS)[number];

/**
 * Says what a field's name plainly stands for: `webhook_url` a callback, `audioUrl` a video or sound, `end_frame` the
 * last frame, `first_frame`, `image_urls` or `referenceImages` pictures. Undefined for any other, such as
 * `image_strength`.
 */
export function inputKindOf(name: string): InputKind | undefined {
  const spelled = snake(name.slice(0, NAME_LENGTH_MAX));
  if (/callback|hook|notif/.test(spelled)) return 'callback';
  return INPUT.test(spelled) ? mediumOf(spelled) : undefined;
}

/** The function names the kind of medium behind a field that is known to carry one, such as `first_frame_url`. */
export function mediumOf(name: string): Exclude<InputKind, 'callback'> {
  const spelled = snake(name.slice(0, NAME_LENGTH_MAX));
  if (/video|audio|sound|voice/.test(spelled)) return 'video';
  return /last|end|tail/.test(spelled) ? 'last_frame' : 'image';
}

const NAME_LENGTH_MAX = 60;

const PLACE = '(?:_(?:url|uri|id|path|file|data|b64|base64|list)s?)';
const INPUT = new RegExp(
  '^(?:(?:first|last|start|end|tail|head|init|input|ref|reference|source|frame)' +
    `_(?:frame|image|img|picture|video|audio|reference)s?${PLACE}?` +
    `|(?:image|img|picture|photo|video|audio)s?${PLACE}?)$`,
);

/** Writes `lastFrameUrl` as `last_frame_url`. */
const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();
