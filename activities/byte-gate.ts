/**
 * Bytes of memory that many may hold at once. Whoever finds no room waits in the order of coming and is never refused;
 * what is larger than the whole goes in alone.
 */
export interface ByteGate {
  /** Runs `work` once there is room for so many bytes; undefined, without having run it, after `waitMs`. */
  within<Result>(
    bytes: number,
    waitMs: number,
    work: () => Promise<Result>,
  ): Promise<Result | undefined>;
}

interface Waiter {
  bytes: number;
  enter(): void;
}

export function createByteGate(bytesMax: number): ByteGate {
  let used = 0;
  const queue: Waiter[] = [];
  const fits = (bytes: number): boolean => used === 0 || used + bytes <= bytesMax;
  const letIn = (): void => {
    for (let [first] = queue; first && fits(first.bytes); [first] = queue) {
      queue.shift();
      used += first.bytes;
      first.enter();
    }
  };
  const enter = (bytes: number, waitMs: number): Promise<boolean> => {
    if (queue.length === 0 && fits(bytes)) {
      used += bytes;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiter = { bytes, enter: () => finish(true) };
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1);
        finish(false);
        // It may have stood before others who fit.
        letIn();
      }, waitMs);
      const finish = (isIn: boolean): void => {
        clearTimeout(timer);
        resolve(isIn);
      };
      queue.push(waiter);
    });
  };
  return {
    async within(bytes, waitMs, work) {
      if (bytes === 0) return work();
      if (!(await enter(bytes, waitMs))) return undefined;
      try {
        return await work();
      } finally {
        used -= bytes;
        letIn();
      }
    },
  };
}
