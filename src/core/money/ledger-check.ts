/** What is proved of the ledger and of everything that was computed from it. */
export const LEDGER_CHECKS = {
  orphan: 'each entry and each usage belongs to a job that is there',
  one_hold: 'each job has exactly one hold',
  one_end: 'each job that has ended has exactly one settle or release, and an open one has none',
  hold: "a hold sets aside its job's price",
  end: 'an end takes all of its hold out of held',
  owner: "each entry of a job names the job's key",
  usage: 'each job that has ended has one usage, and an open one has none',
  charge: 'job, usage and ledger say the same charge',
  tokens: 'usage has the tokens that the provider reported with its verdict',
  refund: 'the refunds of a job are not above its charge',
  sign: 'each entry moves points as its kind does',
  negative: 'nobody has less than nothing available or held',
  conservation: 'a workspace has what it was given: available, held and spent are that together',
  checkpoint: 'each checkpoint is the sum of the entries that it covers',
  ledger_day: 'each day of a workspace or a key is the sum of what its jobs hold and have spent',
  usage_day: 'each day of usage is the sum of the usage that it covers',
} as const;

export type LedgerCheck = keyof typeof LEDGER_CHECKS;

/** Checks that found something. */
export interface LedgerFault {
  check: LedgerCheck;
  count: number;
  /** The first of what is wrong, at most `FAULT_IDS_MAX`: ids of jobs, entries, workspaces or keys, or words of a day. */
  ids: readonly string[];
}

export const FAULT_IDS_MAX = 20;

/** What one check of the whole ledger found, in one snapshot of the database. */
export interface LedgerReport {
  jobs: number;
  entries: number;
  faults: readonly LedgerFault[];
}

/** Collects faults; `found` says which checks found something, in the order of the table. */
export interface FaultList {
  add(check: LedgerCheck, ids: readonly string[], count?: number): void;
  found(): LedgerFault[];
}

export function createFaultList(): FaultList {
  const faults = new Map<LedgerCheck, { count: number; ids: string[] }>();
  return {
    add(check, ids, count = ids.length) {
      const fault = faults.get(check) ?? { count: 0, ids: [] };
      fault.count += count;
      fault.ids.push(...ids.slice(0, FAULT_IDS_MAX - fault.ids.length));
      faults.set(check, fault);
    },
    found: () =>
      // Sound because these are the keys of that very table.
      (Object.keys(LEDGER_CHECKS) as LedgerCheck[]).flatMap((check) => {
        const fault = faults.get(check);
        return fault && fault.count > 0 ? [{ check, ...fault }] : [];
      }),
  };
}
