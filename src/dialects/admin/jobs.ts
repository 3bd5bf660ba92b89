import type { HttpRoute } from '../../core/api/route';
import {
  jobListSchema,
  jobReportSchema,
  jobSchema,
  keepListSchema,
  keepSchema,
} from './operations-reply';
import {
  emptyBodySchema,
  jobFailureSchema,
  jobQuerySchema,
  keepFailureSchema,
  keepQuerySchema,
  resolutionSchema,
} from './operations-schema';
import { fromJob, fromJobReport, fromKeep } from './operations-translate';
import { acting, idOf, reading } from './route';
import { noQuerySchema } from './schema';
import { fromList } from './translate';

const JOBS = '/v1/admin/jobs';
const ONE = `${JOBS}/:id`;
const KEEPS = '/v1/admin/keeps';

/** Jobs of every workspace, and what to do about those that stand still; the copies of their results. */
export const jobRoutes: readonly HttpRoute[] = [
  reading({
    path: JOBS,
    summary: 'List jobs of every workspace',
    query: jobQuerySchema,
    reply: jobListSchema,
    read: async ({ admin }, { query: { workspace: workspaceId, review: isInReview, ...page } }) =>
      fromList(await admin.jobs({ ...page, workspaceId, isInReview }), fromJob),
  }),
  reading({
    path: ONE,
    summary: 'Read all that is known of a job',
    query: noQuerySchema,
    reply: jobReportSchema,
    read: async ({ admin }, input) => fromJobReport(await admin.job(idOf(input))),
  }),
  acting({
    path: `${ONE}/resume`,
    summary: 'Let a job that stands still go on',
    request: emptyBodySchema,
    reply: jobSchema,
    act: async ({ admin }, input) => fromJob(await admin.resumeJob(idOf(input))),
  }),
  acting({
    path: `${ONE}/fail`,
    summary: 'End a job as failed',
    request: jobFailureSchema,
    reply: jobSchema,
    act: async ({ admin }, input) => fromJob(await admin.failJob(idOf(input), input.body)),
  }),
  acting({
    path: `${ONE}/resolve`,
    summary: 'Take a job out of review',
    request: resolutionSchema,
    reply: jobSchema,
    act: async ({ admin }, input) => fromJob(await admin.resolveJob(idOf(input), input.body.note)),
  }),
  reading({
    path: KEEPS,
    summary: 'List copies of results',
    query: keepQuerySchema,
    reply: keepListSchema,
    read: async ({ admin }, { query }) => fromList(await admin.keeps(query), fromKeep),
  }),
  acting({
    path: `${KEEPS}/:id/resume`,
    summary: 'Let a copy of a result be made again',
    request: emptyBodySchema,
    reply: keepSchema,
    act: async ({ admin }, input) => fromKeep(await admin.resumeKeep(idOf(input))),
  }),
  acting({
    path: `${KEEPS}/:id/fail`,
    summary: 'Give a copy of a result up',
    request: keepFailureSchema,
    reply: keepSchema,
    act: async ({ admin }, input) => fromKeep(await admin.failKeep(idOf(input), input.body.reason)),
  }),
];
