import type { Foundation } from '../run/foundation';
import { reloadBySignal } from '../run/config-reload';
import type { Shutdown } from './shutdown';

/** Lets SIGHUP read the config again once there is something to exchange; before that it does nothing. */
export function reloadableBySignal(shutdown: Pick<Shutdown, 'onHangup'>): {
  begin(base: Pick<Foundation, 'reload' | 'log'>): void;
} {
  let reload = (): void => undefined;
  shutdown.onHangup(() => {
    reload();
  });
  return {
    begin(base) {
      reload = () => void reloadBySignal(base);
    },
  };
}
