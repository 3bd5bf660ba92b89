import type { Response } from 'express';
import type { Principal } from '../core/api/principal';
import type { Creation } from '../core/job/creation';
import type { Gateway } from '../core/ports/gateway/gateway';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Models } from '../core/ports/gateway/models';
import { requestIdOf } from './request-id';

/**
 * Wraps the gateway: what is returned tells each create the id of its request, notes, for the request's log line, which
 * job a create made or found, and tells the caller in headers when the model is taken out of use.
 */
export function noting(gateway: Gateway, response: Response): Gateway {
  const tellOf = (principal: Principal, model: string): void => {
    for (const [name, value] of Object.entries(gateway.notices(principal, model))) {
      response.setHeader(name, value);
    }
  };
  const quote: Models['quote'] = (principal, draft) => {
    tellOf(principal, draft.request.model);
    return gateway.quote(principal, draft);
  };
  const modelOf = (creation: Creation): string =>
    'native' in creation ? creation.native.model : creation.request.model;
  const preview: Jobs['preview'] = (principal, creation) => {
    tellOf(principal, modelOf(creation));
    return gateway.preview(principal, creation);
  };
  const create: Jobs['create'] = async (principal, creation) => {
    tellOf(principal, modelOf(creation));
    const answer = await gateway.create(principal, {
      ...creation,
      requestId: requestIdOf(response),
    });
    response.locals['jobId'] = answer.jobId;
    return answer;
  };
  const repeated: Jobs['repeated'] = async (principal, options) => {
    const answer = await gateway.repeated(principal, options);
    if (answer) response.locals['jobId'] = answer.jobId;
    return answer;
  };
  const noted = {
    ...{ create: { value: create }, repeated: { value: repeated } },
    ...{ quote: { value: quote }, preview: { value: preview } },
  };
  return Object.create(gateway, noted) as Gateway; // all else is inherited
}
