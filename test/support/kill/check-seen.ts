import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from './cell';
import type { Rig } from './rig';

/** What operators see of a job, by the API that they have for it. */
interface JobReport {
  failure_code: string | null;
  attempts: { channel: string; state: string }[];
}

/**
 * Says what is wrong with what operators are told of a lost submit: the job with its reason, the account that may have
 * been asked, and one line of the log that says so. A job with another end has no such line.
 */
export async function checkSeen(
  rig: Rig,
  { strike }: Pick<Cell, 'strike'>,
  jobId: string,
  end: string,
): Promise<string[]> {
  const lines = readFileSync(join(rig.data, 'logs', 'worker.log'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(jobId) && line.includes('submit stays unknown'));
  if (end !== 'lost') return lines.length === 0 ? [] : [`a ${end} job was said to be lost`];
  const response = await fetch(`${rig.api}/v1/admin/jobs/${jobId}`, {
    headers: { authorization: `Bearer ${rig.keys.admin_key}`, connection: 'close' },
  });
  // Sound because the route's reply is checked against its schema by its own tests.
  const { failure_code: code, attempts } = (await response.json()) as JobReport;
  const [attempt] = attempts;
  // A thawed process brings the truth about its submit, which the attempt keeps, and may say again that it is lost.
  const isThawed = strike.kind === 'freeze';
  return [
    ...(code === 'submission_unknown' ? [] : [`operators are told ${code}`]),
    ...(attempt?.channel ? [] : ['operators are not told which channel was asked']),
    ...(isThawed || attempt?.state === 'unknown' ? [] : [`operators see ${attempt?.state}`]),
    ...(lines.length === 1 || (isThawed && lines.length > 1)
      ? []
      : [`the log says ${lines.length} times that it is lost`]),
  ];
}
