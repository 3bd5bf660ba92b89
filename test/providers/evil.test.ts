import {
  ANSWERED_WRONGLY,
  goesOn,
  inWords,
  isMade,
  SHOWN_WRONGLY,
  submit,
  taken,
  upstreamOf,
} from '../support/evil';
import { LIVING_MODELS } from '../support/living-models';

/**
 * A server that has gone wrong proves nothing. Every living model of every provider is sent for and looked at while its
 * simulator answers wrongly: no such answer says that nothing was made, none ends a job, and an honest one still does.
 * `evil-answers.test.ts` has the other calls.
 */

/** Those that leave the rest of the reply as it is: a vendor whose states are no words still says what is true. */
const SAYS_THE_REST: ReadonlySet<string> = new Set(SHOWN_WRONGLY);

describe.each(LIVING_MODELS)('$provider.name: $model', (one) => {
  test('no such answer to a submit says that nothing was made', () => {
    const wrong = ANSWERED_WRONGLY.flatMap((fault) => {
      const upstream = upstreamOf(one);
      const { reading } = submit(one, upstream, `seconds=1 fault=${fault}`);
      const isRight = reading.state !== 'refused' && upstream.jobs() === 1;
      return isRight ? [] : [inWords(fault, reading)];
    });
    expect(wrong).toEqual([]);
  });

  test('no such answer to a look ends the job, and the next honest one does', () => {
    const wrong = [...ANSWERED_WRONGLY, ...SHOWN_WRONGLY].flatMap((fault) => {
      const upstream = upstreamOf(one);
      const { operation } = taken(one, upstream, `seconds=1 fault=${fault} on=poll count=2`);
      upstream.advance(500);
      const early = upstream.look(operation);
      upstream.advance(5_000);
      const late = upstream.look(operation);
      const honest = upstream.look(operation);
      return [
        ...[early, late]
          .filter((reading) => !goesOn(reading) && !(SAYS_THE_REST.has(fault) && isMade(reading)))
          .map((reading) => inWords(fault, reading)),
        ...(isMade(honest) ? [] : [inWords(`after ${fault}`, honest)]),
      ];
    });
    expect(wrong).toEqual([]);
  });
});
