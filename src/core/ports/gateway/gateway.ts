import type { Admin } from '../../operator/admin';
import type { Access } from './access';
import type { Feed } from './feed';
import type { Jobs } from './jobs';
import type { Live } from './live';
import type { Models } from './models';
import type { NativeJobs } from './native-jobs';
import type { Results } from './results';
import type { UsageReports } from './usage-reports';

/** Every use case. What serves a request takes the parts that it needs; composition hands over the whole. */
export interface Gateway
  extends Models, Jobs, Results, Live, Feed, NativeJobs, UsageReports, Access {
  /** Workspaces, keys, secrets and work that stands still, for the scope `admin`. */
  admin: Admin;
}
