import type { SimulatedCall, SimulatedReply, Simulation, World } from '../contract';
import { UnknownDirective } from './directives';
import { Interrupted, type ExchangeAct } from './faults';

/**
 * Gives the provider's reply to one call, or the name of the fault that struck before there was one. A mistyped
 * directive is refused in the provider's own words.
 */
export function answer(
  simulation: Simulation,
  call: SimulatedCall,
  world: World,
): SimulatedReply | ExchangeAct {
  try {
    return simulation.handle(call, world);
  } catch (error) {
    if (error instanceof Interrupted) return error.act;
    if (error instanceof UnknownDirective) return simulation.refuse(error.message, world);
    throw error;
  }
}
