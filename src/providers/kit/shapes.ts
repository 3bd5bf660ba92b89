import type { ModeCapabilities } from '../../core/request/capabilities';

/** Width and height in pixels. */
type Pixels = readonly [width: number, height: number];

/** Makes the sizes of a model that makes videos of one size, wide or tall. */
export const wide = (width: number, height: number): Record<string, Pixels> => ({
  '16:9': [width, height],
  '9:16': [height, width],
});

/**
 * Returns what makes the sizes of a resolution, one for each of these shapes in their order; a shape without a size is left
 * out.
 */
export const sizesBy =
  (shapes: readonly string[]) =>
  (...sizes: readonly Pixels[]): Record<string, Pixels> =>
    Object.fromEntries(
      shapes.flatMap((shape, index) => {
        const size = sizes[index];
        return size ? [[shape, size]] : [];
      }),
    );

/** Returns what makes a mode of that shape, unless told otherwise, with so many pictures. */
export const modeAt =
  (aspectRatioDefault: string) =>
  (images: number, more: Partial<ModeCapabilities> = {}): ModeCapabilities => ({
    aspectRatioDefault,
    images,
    videos: 0,
    audios: 0,
    ...more,
  });
