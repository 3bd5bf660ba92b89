import { readFile } from 'node:fs/promises';
import { createFile, MP4BoxBuffer } from 'mp4box';

/** A measured video says what a file really is, read from its own boxes. */
export interface MeasuredVideo {
  bytes: number;
  duration_s: number;
  width: number;
  height: number;
  codec: string;
}

/** Measures a file. Throws when it is no MP4 with a video track. */
export async function measureVideo(path: string): Promise<MeasuredVideo> {
  const bytes = await readFile(path);
  const file = createFile();
  let measured: MeasuredVideo | undefined;
  file.onReady = (info) => {
    const track = info.videoTracks[0];
    if (!track?.video) return;
    measured = {
      bytes: bytes.length,
      duration_s: info.duration / info.timescale,
      width: track.video.width,
      height: track.video.height,
      codec: track.codec,
    };
  };
  const copy = new Uint8Array(bytes).buffer;
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy, 0));
  file.flush();
  if (!measured) throw new Error(`${path} is not an MP4 with a video track`);
  return measured;
}
