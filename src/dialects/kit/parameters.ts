import { given } from '../../core/json/fields';
import type { AppliedRequest } from '../../core/request/request';

/**
 * Returns the echo that P8 "said, not dropped" promises: what was applied, defaults included, in the words of the APIs
 * that spell with underscores.
 */
export function parametersOf(applied: AppliedRequest): Record<string, unknown> {
  return given({
    mode: applied.mode,
    duration: applied.seconds,
    resolution: applied.resolution,
    aspect_ratio: applied.aspectRatio,
    size: sizeOf(applied) ?? undefined,
    fps: applied.fps,
    generate_audio: applied.generateAudio,
    seed: applied.seed,
    watermark: applied.watermark,
    camera_fixed: applied.cameraFixed,
    return_last_frame: applied.returnLastFrame,
    service_tier: applied.serviceTier,
    execution_expires_after: applied.expiresAfterSeconds,
    safety_identifier: applied.safetyIdentifier,
    negative_prompt: applied.negativePrompt,
    passthrough: Object.keys(applied.passthrough).length > 0 ? applied.passthrough : undefined,
  });
}

/** Returns the size as `1280x720`; null where the model decides. */
export function sizeOf({
  width,
  height,
}: {
  width?: number | undefined;
  height?: number | undefined;
}): string | null {
  return width === undefined || height === undefined ? null : `${String(width)}x${String(height)}`;
}

/** Returns Unix seconds of Unix milliseconds. */
export const unixSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
