import type { SimulatedCall, SimulatedReply, Simulation, World } from '../contract';
import { UnknownDirective } from './directives';
import { Interrupted, type ExchangeAct } from './faults';
import { OverLimit } from './limits';

/**
 * Gives the provider's reply to one call, or the name of the fault that struck before there was one. A mistyped
 * directive and an account at its limit are refused in the provider's own words.
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
    if (error instanceof OverLimit) return simulation.overLimit(error.limit, world, call);
    if (error instanceof UnknownDirective) return simulation.refuse(error.message, world, call);
    throw error;
  }
}
