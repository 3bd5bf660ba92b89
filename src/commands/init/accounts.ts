/** The accounts that `reelay init` knows how to write down, by the name that `--provider` takes. */

/** An account at a provider. */
export interface RealAccount {
  label: string;
  provider: string;
  /** The channel's name in the file. */
  channel: string;
  baseUrl: string;
  /** Each credential with the variable that usually holds it. */
  variables: Readonly<Record<string, string>>;
  /** The provider's own ids for accounts like this; which of them live and are open to it, the provider says. */
  ids: RegExp;
}

/** No account: every model makes test clips. */
export interface SimulatedAccount {
  label: string;
}

export type Account = RealAccount | SimulatedAccount;

export const isReal = (account: Account): account is RealAccount => 'provider' in account;

const KLING = { provider: 'kling', channel: 'kling', baseUrl: 'https://api-singapore.klingai.com' };

export const ACCOUNTS = {
  ark: {
    label: 'Volcengine Ark, mainland China (Seedance)',
    provider: 'ark',
    channel: 'ark',
    baseUrl: 'https://ark.cn-beijing.volces.com/api/v3',
    variables: { apiKey: 'ARK_API_KEY' },
    ids: /^doubao-/,
  },
  'ark-international': {
    label: 'BytePlus ModelArk, international (Seedance)',
    provider: 'ark',
    channel: 'ark',
    baseUrl: 'https://ark.ap-southeast.bytepluses.com/api/v3',
    variables: { apiKey: 'ARK_API_KEY' },
    ids: /^(dreamina|seedance)-/,
  },
  google: {
    label: 'Google, the Gemini API (Gemini Omni)',
    provider: 'google',
    channel: 'google',
    baseUrl: 'https://generativelanguage.googleapis.com',
    variables: { apiKey: 'GEMINI_API_KEY' },
    ids: /^gemini-/,
  },
  kling: {
    ...KLING,
    label: 'Kling, with an API key',
    variables: { apiKey: 'KLING_API_KEY' },
    // Of the models that both wires have, the newer one's.
    ids: /^kling-[^v]/,
  },
  'kling-pair': {
    ...KLING,
    label: 'Kling, with an access key and a secret key (accounts of before June 2026)',
    variables: { accessKey: 'KLING_ACCESS_KEY', secretKey: 'KLING_SECRET_KEY' },
    ids: /^kling-v/,
  },
  minimax: {
    label: 'MiniMax, international (H3 and Hailuo)',
    provider: 'minimax',
    channel: 'minimax',
    baseUrl: 'https://api.minimax.io',
    variables: { apiKey: 'MINIMAX_API_KEY' },
    ids: /^MiniMax-/,
  },
  fal: {
    label: 'fal (Veo, Kling, Seedance)',
    provider: 'fal',
    channel: 'fal',
    baseUrl: 'https://queue.fal.run',
    variables: { apiKey: 'FAL_KEY' },
    ids: /^/,
  },
  replicate: {
    label: 'Replicate (Veo, Kling, Seedance)',
    provider: 'replicate',
    channel: 'replicate',
    baseUrl: 'https://api.replicate.com/v1',
    variables: { apiToken: 'REPLICATE_API_TOKEN' },
    ids: /^/,
  },
  runway: {
    label: 'Runway (Gen-4.5, Veo, Seedance)',
    provider: 'runway',
    channel: 'runway',
    baseUrl: 'https://api.dev.runwayml.com',
    variables: { apiKey: 'RUNWAYML_API_SECRET' },
    ids: /^/,
  },
  simulated: { label: 'none: every model makes test clips' },
} as const satisfies Readonly<Record<string, Account>>;

export type AccountName = keyof typeof ACCOUNTS;

/** The chosen accounts: one at least, each once. */
export type Accounts = readonly [AccountName, ...AccountName[]];

/** The names that `--provider` takes, in the order in which they are shown. */
// Sound because the table is closed.
export const ACCOUNT_NAMES = Object.keys(ACCOUNTS) as readonly AccountName[];

/** Lists the accounts that one file can have beside these: of each provider one, and none beside test clips. */
export function besides(chosen: readonly AccountName[]): readonly AccountName[] {
  if (chosen.length === 0) return ACCOUNT_NAMES;
  const taken = chosen.map(channelOf);
  if (taken.includes(undefined)) return [];
  return ACCOUNT_NAMES.filter((name) => {
    const channel = channelOf(name);
    return channel !== undefined && !taken.includes(channel);
  });
}

function channelOf(name: AccountName): string | undefined {
  const account: Account = ACCOUNTS[name];
  return isReal(account) ? account.channel : undefined;
}
