import type { Express } from 'express';
import { wishOf } from '../core/media/range';
import type { Results } from '../core/ports/gateway/results';
import { INPUTS_PATH, type InputLinks } from './input-links';
import { refuseOtherMethods } from './methods';
import { headersOf } from './request-parts';
import { send, type SendPorts } from './send';

const PATH = `${INPUTS_PATH}/:blob` as const;

export interface InputPorts extends SendPorts {
  gateway: Pick<Results, 'input'>;
  inputLinks: Pick<InputLinks, 'verify'>;
}

/**
 * Mounts `GET /inputs/{blob}` (and HEAD), at which providers fetch what callers gave. The link alone opens it: providers
 * have no key. Whole or in part, as a result is.
 */
export function mountInputs(app: Express, { gateway, inputLinks, ...ports }: InputPorts): void {
  app.get(PATH, async (request, response) => {
    const { blob } = request.params;
    Object.assign(response.locals, { api: 'inputs', route: PATH });
    inputLinks.verify(blob, request.query);
    const answer = await gateway.input(blob, wishOf(request.method, headersOf(request)));
    await send({ request, response }, answer, ports);
  });
  refuseOtherMethods(app, PATH, ['GET']);
}
