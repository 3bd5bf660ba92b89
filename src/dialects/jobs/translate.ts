import { renderId } from '../../core/job/ids';
import type { DeliveryReport, OperatedTry } from '../../core/operator/operations';
import type { DeliveriesReply } from './schema';

export const fromReports = (reports: readonly DeliveryReport[]): DeliveriesReply => ({
  object: 'list',
  data: reports.map(fromReport),
});

const fromReport = ({ delivery, tries }: DeliveryReport) => ({
  webhook_id: renderId('evt', delivery.eventId),
  about: delivery.about,
  state: delivery.state,
  ended_because: delivery.endedBecause,
  url: delivery.url,
  created_at: seconds(delivery.createdAt),
  finished_at: delivery.finishedAt === null ? null : seconds(delivery.finishedAt),
  tries: tries.map(fromTry),
});

const fromTry = ({ number, startedAt, durationMs, status, error, excerpt }: OperatedTry) => ({
  number,
  started_at: seconds(startedAt),
  duration_ms: durationMs,
  ...{ status, error, excerpt },
});

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1_000);
