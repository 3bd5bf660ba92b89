import type { Api } from '../../core/api/dialect';
import { problemSchema, renderProblem } from '../kit/problem';
import { bookingRoutes } from './bookings';
import { configRoutes } from './config';
import { deliveryRoutes } from './deliveries';
import { jobRoutes } from './jobs';
import { keyRoutes } from './keys';
import { marginRoutes } from './margins';
import { statementRoutes } from './statements';
import { workspaceRoutes } from './workspaces';

/**
 * `/v1/admin`: workspaces, their points and their keys, and the work that stands still, in the manner of the OpenAI APIs. A key with the scope `admin`
 * reaches all of the installation; every other key gets 403.
 */
export const admin: Api = {
  name: 'admin',
  summary:
    'Workspaces, points, keys and the work that stands still; for keys with the scope `admin`.',
  errorReply: problemSchema,
  prefixes: ['/v1/admin'],
  renderError: renderProblem,
  routes: [
    ...workspaceRoutes,
    ...bookingRoutes,
    ...statementRoutes,
    ...marginRoutes,
    ...keyRoutes,
    ...jobRoutes,
    ...deliveryRoutes,
    ...configRoutes,
  ],
};
