/**
 * How many jobs may run at once, and for whom. A job that runs at a provider holds a slot; one that would be one too
 * many waits for its turn. The caps are the operator's config: of a channel, of one model on it, and of the workspaces
 * and keys of a group.
 */
export interface Caps {
  /** Caps of accounts, each under its channel's name; a channel without an entry has none. */
  channels: Readonly<Record<string, ChannelCaps>>;
  /** Rules of groups, each under the group's name; one without an entry has no cap and the usual turn. */
  groups: Readonly<Record<string, GroupRules>>;
}

export interface ChannelCaps {
  jobsAtOnce?: number | undefined;
  /** Caps of models, each under the provider's own id of it, where the vendor counts each model for itself. */
  modelJobsAtOnce?: Readonly<Record<string, number>> | undefined;
}

/** What a group's workspaces and keys may have, and how they take turns. */
export interface GroupRules {
  /** Jobs that one workspace of the group may run at once, on all channels together. */
  jobsAtOnce?: number | undefined;
  /** Jobs that one key may run at once, on all channels together. */
  keyJobsAtOnce?: number | undefined;
  /** A workspace of weight 2 gets twice the slots of one of weight 1, where both wait. */
  weight: number;
  /** A number from 1 to 5: whoever waits at a lower one goes first. */
  priority: number;
}

/** The rules of a group that the config does not name. */
export const USUAL_GROUP: GroupRules = { weight: 1, priority: 3 };

/** The caps of an installation whose config names none. */
export const NO_CAPS: Caps = { channels: {}, groups: {} };

/** Who wants to run, or runs, what and where. */
export interface Claim {
  channel: string;
  /** The provider's own model id. */
  model: string;
  workspaceId: string;
  /** The key that asked; null when a workflow did. */
  keyId: string | null;
  group: string;
}

export type CapReason = 'channel' | 'model' | 'workspace' | 'key';

/** One cap that a claim counts against: whose it is, under a name that no other cap has, and how many it lets run. */
export interface Cap {
  reason: CapReason;
  /** `channel ark-cn`, `model ark-cn seedance-2.0`, `workspace 018f...`, `key 018f...` */
  name: string;
  jobsAtOnce: number;
}

export const groupRules = ({ groups }: Caps, group: string): GroupRules =>
  (Object.hasOwn(groups, group) ? groups[group] : undefined) ?? USUAL_GROUP;

/** Returns every cap that holds for the claim; none where it may run without asking. */
export function capsOn(caps: Caps, claim: Claim): Cap[] {
  const { channel, model, group } = claim;
  const account = own(caps.channels, channel);
  const rules = groupRules(caps, group);
  const jobsAtOnce: Readonly<Record<CapReason, number | undefined>> = {
    channel: account?.jobsAtOnce,
    model: own(account?.modelJobsAtOnce ?? {}, model),
    workspace: rules.jobsAtOnce,
    key: rules.keyJobsAtOnce,
  };
  return scopesOf(claim).flatMap(({ reason, name }) => {
    const most = jobsAtOnce[reason];
    return most === undefined ? [] : [{ reason, name, jobsAtOnce: most }];
  });
}

const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Returns all that a claim is counted in, whether or not a cap holds there, the widest first. */
export function scopesOf({
  channel,
  model,
  workspaceId,
  keyId,
}: Claim): Pick<Cap, 'reason' | 'name'>[] {
  return [
    { reason: 'channel', name: `channel ${channel}` },
    { reason: 'model', name: `model ${channel} ${model}` },
    { reason: 'workspace', name: `workspace ${workspaceId}` },
    ...(keyId === null ? [] : [{ reason: 'key' as const, name: `key ${keyId}` }]),
  ];
}

/** Says whether anything is capped at all: an installation without caps never asks for a slot. */
export function isAnythingCapped({ channels, groups }: Caps): boolean {
  return (
    Object.values(channels).some(
      ({ jobsAtOnce, modelJobsAtOnce = {} }) =>
        jobsAtOnce !== undefined || Object.keys(modelJobsAtOnce).length > 0,
    ) ||
    Object.values(groups).some(
      ({ jobsAtOnce, keyJobsAtOnce }) => jobsAtOnce !== undefined || keyJobsAtOnce !== undefined,
    )
  );
}
