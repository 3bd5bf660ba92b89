import { parentPort, workerData } from 'node:worker_threads';
import encoder from 'h264-mp4-encoder';
import { drawBackground, drawFrame } from './picture.mjs';
import { encodePng } from './png.mjs';

/**
 * Draws one file and ends. Plain JavaScript, so that the same file runs from the sources and from the build. The
 * encoder may be loaded here and nowhere else: it blocks its thread and adds process-wide exception listeners.
 */

const FRAMES_PER_SECOND = 2;
/** 10 is the fastest the encoder knows. */
const SPEED = 10;

/** @type {{ kind: 'video' | 'last_frame', scene: import('./picture.mjs').Scene, seconds: number }} */
const { kind, scene, seconds } = workerData;
const count = Math.max(1, Math.round(seconds * FRAMES_PER_SECOND));
const background = drawBackground(scene);

if (kind === 'last_frame') {
  const pixels = drawFrame(background, scene, { index: count - 1, count });
  parentPort?.postMessage(encodePng(pixels, scene.width, scene.height));
} else {
  parentPort?.postMessage(await encodeVideo());
}

async function encodeVideo() {
  const video = await encoder.createH264MP4Encoder();
  video.width = scene.width;
  video.height = scene.height;
  video.frameRate = FRAMES_PER_SECOND;
  video.speed = SPEED;
  video.groupOfPictures = count;
  video.initialize();
  for (let index = 0; index < count; index += 1) {
    video.addFrameRgba(drawFrame(background, scene, { index, count }));
  }
  video.finalize();
  const bytes = video.FS.readFile(video.outputFilename);
  video.delete();
  return bytes;
}
