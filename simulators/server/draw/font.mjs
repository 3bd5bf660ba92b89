/**
 * A bitmap font of 5 x 7 points: seven rows per glyph, each a base-32 digit whose five bits are the points from left
 * to right. Capitals only; what is missing is drawn as a box.
 */
const GLYPHS = {
  ' ': '0000000',
  A: 'ehhvhhh',
  B: 'uhhuhhu',
  C: 'ehggghe',
  D: 'uhhhhhu',
  E: 'vgguggv',
  F: 'vgguggg',
  G: 'ehgnhhe',
  H: 'hhhvhhh',
  I: 'e44444e',
  J: '72222ic',
  K: 'hikokih',
  L: 'ggggggv',
  M: 'hrllhhh',
  N: 'hpljhhh',
  O: 'ehhhhhe',
  P: 'uhhuggg',
  Q: 'ehhhlid',
  R: 'uhhukih',
  S: 'fgge11u',
  T: 'v444444',
  U: 'hhhhhhe',
  V: 'hhhhha4',
  W: 'hhhllrh',
  X: 'hha4ahh',
  Y: 'hha4444',
  Z: 'v1248gv',
  0: 'ehjlphe',
  1: '4c4444e',
  2: 'eh1248v',
  3: 'v2421he',
  4: '26aiv22',
  5: 'vgu11he',
  6: '68guhhe',
  7: 'v124888',
  8: 'ehhehhe',
  9: 'ehhf12c',
  '.': '00000cc',
  ',': '0000c48',
  '!': '4444404',
  '?': 'eh12404',
  ':': '0cc0cc0',
  ';': '0cc0c48',
  '-': '000v000',
  _: '000000v',
  '+': '044v440',
  '=': '00v0v00',
  '/': '01248g0',
  '%': 'op248j3',
  '#': 'aavavaa',
  "'": '4480000',
  '"': 'aaa0000',
  '(': '2488842',
  ')': '8422248',
  '*': '04lel40',
};
const BOX = 'vhhhhhv';

export const GLYPH_WIDTH = 5;
export const GLYPH_HEIGHT = 7;

/**
 * Seven numbers of five bits each.
 * @param {string} character
 * @returns {number[]}
 */
export function glyphRows(character) {
  const glyph = Object.entries(GLYPHS).find(([known]) => known === character.toUpperCase())?.[1];
  return [...(glyph ?? BOX)].map((digit) => parseInt(digit, 32));
}
