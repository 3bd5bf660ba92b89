import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphRows } from './font.mjs';

/**
 * What a simulated video shows: a gradient whose colours come from the seed, the prompt, and a counter and a bar that
 * move with the frames. RGBA, four bytes per pixel.
 *
 * @typedef {{ width: number, height: number, seed: number, title: string, text: string }} Scene
 */

/**
 * The part that does not move.
 * @param {Scene} scene
 * @returns {Uint8Array}
 */
export function drawBackground(scene) {
  const { width, height } = scene;
  const pixels = new Uint8Array(width * height * 4);
  const hue = (scene.seed * 47) % 360;
  const [from, to] = [colour(hue, 0.55, 0.3), colour(hue + 70, 0.6, 0.55)];
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const share = (x / width + y / height) / 2;
      pixels[at] = from[0] + (to[0] - from[0]) * share;
      pixels[at + 1] = from[1] + (to[1] - from[1]) * share;
      pixels[at + 2] = from[2] + (to[2] - from[2]) * share;
      pixels[at + 3] = 255;
    }
  }
  const scale = scaleOf(scene);
  const margin = 6 * scale;
  drawText(pixels, scene, { text: scene.title, x: margin, y: margin, scale });
  const columns = Math.floor((width - 2 * margin) / ((GLYPH_WIDTH + 1) * 2 * scale));
  wrap(scene.text, Math.max(1, columns), 4).forEach((line, index) => {
    const y = Math.floor(height * 0.3) + index * (GLYPH_HEIGHT + 3) * 2 * scale;
    drawText(pixels, scene, { text: line, x: margin, y, scale: 2 * scale });
  });
  return pixels;
}

/**
 * Lays the counter and the bar of one frame over a copy of the background.
 * @param {Uint8Array} background
 * @param {Scene} scene
 * @param {{ index: number, count: number }} frame
 * @returns {Uint8Array}
 */
export function drawFrame(background, scene, frame) {
  const pixels = background.slice();
  const { width, height } = scene;
  const scale = scaleOf(scene);
  const margin = 6 * scale;
  const bar = { x: margin, y: height - 2 * margin, width: width - 2 * margin, height: margin };
  fill(pixels, scene, bar, [0, 0, 0]);
  const done = Math.round((bar.width * (frame.index + 1)) / frame.count);
  fill(pixels, scene, { ...bar, width: done }, [255, 255, 255]);
  const text = `FRAME ${String(frame.index + 1)}/${String(frame.count)}`;
  const y = bar.y - (GLYPH_HEIGHT + 3) * 2 * scale;
  drawText(pixels, scene, { text, x: margin, y, scale: 2 * scale });
  return pixels;
}

/** @param {Scene} scene */
function scaleOf(scene) {
  return Math.max(1, Math.floor(Math.min(scene.width, scene.height) / 240));
}

/**
 * @param {Uint8Array} pixels
 * @param {Scene} scene
 * @param {{ x: number, y: number, width: number, height: number }} box
 * @param {readonly number[]} rgb
 */
function fill(pixels, scene, box, rgb) {
  const right = Math.min(scene.width, box.x + box.width);
  const bottom = Math.min(scene.height, box.y + box.height);
  for (let y = Math.max(0, box.y); y < bottom; y += 1) {
    for (let x = Math.max(0, box.x); x < right; x += 1) pixels.set(rgb, (y * scene.width + x) * 4);
  }
}

/**
 * @param {Uint8Array} pixels
 * @param {Scene} scene
 * @param {{ text: string, x: number, y: number, scale: number }} line
 */
function drawText(pixels, scene, line) {
  const { scale } = line;
  [...line.text].forEach((character, index) => {
    const left = line.x + index * (GLYPH_WIDTH + 1) * scale;
    glyphRows(character).forEach((bits, row) => {
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        if (!((bits >> (GLYPH_WIDTH - 1 - column)) & 1)) continue;
        const [x, y] = [left + column * scale, line.y + row * scale];
        // A shadow keeps the text readable on a light gradient.
        fill(pixels, scene, { x: x + scale, y: y + scale, width: scale, height: scale }, [0, 0, 0]);
      }
    });
    glyphRows(character).forEach((bits, row) => {
      for (let column = 0; column < GLYPH_WIDTH; column += 1) {
        if (!((bits >> (GLYPH_WIDTH - 1 - column)) & 1)) continue;
        const [x, y] = [left + column * scale, line.y + row * scale];
        fill(pixels, scene, { x, y, width: scale, height: scale }, [255, 255, 255]);
      }
    });
  });
}

/**
 * @param {string} text
 * @param {number} columns
 * @param {number} linesMax
 * @returns {string[]}
 */
function wrap(text, columns, linesMax) {
  const lines = [''];
  for (const word of text.slice(0, 1_000).split(' ')) {
    const line = lines[lines.length - 1] ?? '';
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= columns) lines[lines.length - 1] = longer;
    else if (line === '') lines[lines.length - 1] = word.slice(0, columns);
    else lines.push(word.slice(0, columns));
  }
  return lines.slice(0, linesMax);
}

/**
 * @param {number} hue degrees
 * @param {number} saturation 0..1
 * @param {number} lightness 0..1
 * @returns {[number, number, number]}
 */
function colour(hue, saturation, lightness) {
  const spread = saturation * Math.min(lightness, 1 - lightness);
  const channel = (/** @type {number} */ offset) => {
    const k = (offset + hue / 30) % 12;
    return 255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}
