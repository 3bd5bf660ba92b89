import { z } from 'zod';

const flag = z
  .enum(['true', 'false', '1', '0'])
  .transform((value) => value === 'true' || value === '1');

const address = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

const isSecretKey = (text: string): boolean =>
  z.base64().safeParse(text.trim()).success && Buffer.from(text, 'base64').length === 32;

/** The variables of the environment that are read, each by its name; README lists them. */
export const environmentSchema = z.object({
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('reelay'),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_CLI_PATH: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  REELAY_PREPARED_STATEMENTS: z.enum(['on', 'off']).default('on'),
  REELAY_PUBLIC_URL: address.optional(),
  REELAY_CACHE: z.string().min(1).optional(),
  REELAY_CONFIG: z.string().min(1).optional(),
  REELAY_SECRET_KEY: z
    .string()
    .refine((text) => text.split(',').every(isSecretKey), 'is not 32 bytes in base64')
    .optional(),
  REELAY_SIMULATOR_URL: address.optional(),
  OTEL_SDK_DISABLED: flag.default(false),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  PATH: z.string().default(''),
});

export type Environment = z.infer<typeof environmentSchema>;
