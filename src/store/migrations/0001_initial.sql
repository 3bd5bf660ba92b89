-- Money is micro-points in bigint. Composite foreign keys (workspace_id, id) make it impossible for a row to point
-- at another workspace's row.

CREATE TABLE workspaces (
  id uuid PRIMARY KEY,
  name text NOT NULL UNIQUE,
  group_name text NOT NULL DEFAULT 'default',
  created_at timestamptz NOT NULL
);

-- Sealed with AES-256-GCM under the operator's key; rotation keeps two alive, newest first.
CREATE TABLE callback_secrets (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE INDEX callback_secrets_workspace ON callback_secrets (workspace_id, created_at DESC);

CREATE TABLE keys (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  name text NOT NULL,
  prefix text NOT NULL,
  hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  UNIQUE (workspace_id, id)
);

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  key_id uuid NOT NULL,
  dialect text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued','running','canceling','succeeded','failed','canceled','expired')),
  model text NOT NULL,
  provider text NOT NULL,
  channel text NOT NULL,
  -- Channels in order of preference, frozen at create: [{channel, provider, model}].
  routes jsonb NOT NULL,
  request jsonb NOT NULL,
  applied jsonb NOT NULL,
  metadata jsonb NOT NULL,
  echo jsonb NOT NULL,
  callback_url text,
  progress integer,
  failure jsonb,
  outputs jsonb NOT NULL DEFAULT '[]',
  usage jsonb,
  price bigint NOT NULL CHECK (price >= 0),
  charged bigint CHECK (charged >= 0),
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz NOT NULL,
  deadline_at timestamptz NOT NULL,
  cancel_requested_at timestamptz,
  deleted_at timestamptz,
  workflow_started_at timestamptz,
  restarts integer NOT NULL DEFAULT 0,
  review text,
  UNIQUE (workspace_id, id),
  FOREIGN KEY (workspace_id, key_id) REFERENCES keys (workspace_id, id),
  CHECK ((finished_at IS NULL) = (state IN ('queued','running','canceling')))
);
CREATE INDEX jobs_page ON jobs (workspace_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX jobs_open ON jobs (created_at) WHERE finished_at IS NULL;
CREATE INDEX jobs_open_deadline ON jobs (deadline_at) WHERE finished_at IS NULL;

CREATE TABLE attempts (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  job_id uuid NOT NULL,
  number integer NOT NULL,
  provider text NOT NULL,
  channel text NOT NULL,
  model text NOT NULL,
  -- Which unhappy ends this provider charges for, frozen with the rest.
  billed jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('sending','accepted','refused','unknown')),
  refusal jsonb,
  callback_token_hash text NOT NULL,
  sending_at timestamptz NOT NULL,
  send_deadline timestamptz NOT NULL,
  sends integer NOT NULL DEFAULT 1,
  operation jsonb,
  accepted_at timestamptz,
  phase text NOT NULL DEFAULT 'queued' CHECK (phase IN ('queued','running')),
  progress integer,
  polls integer NOT NULL DEFAULT 0,
  -- The provider's last reply as bytes; the final one stays apart until settle makes it visible.
  reply_status integer,
  reply_type text,
  reply_body bytea,
  verdict jsonb,
  final_reply_status integer,
  final_reply_type text,
  final_reply_body bytea,
  UNIQUE (job_id, number),
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id),
  CHECK ((state = 'accepted') = (operation IS NOT NULL))
);
CREATE INDEX attempts_callback ON attempts (callback_token_hash);
CREATE INDEX attempts_recent ON attempts (provider, model, accepted_at DESC) WHERE verdict IS NOT NULL;

-- Exactly one row for every terminal job: the primary key is the promise.
CREATE TABLE usage (
  job_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  key_id uuid NOT NULL,
  model text NOT NULL,
  provider text NOT NULL,
  state text NOT NULL,
  tokens bigint NOT NULL,
  seconds double precision NOT NULL,
  charged bigint NOT NULL,
  at timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX usage_page ON usage (workspace_id, at DESC);

-- Append-only. Each row moves points between three pots; a balance is their sum.
CREATE TABLE ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  job_id uuid,
  kind text NOT NULL CHECK (kind IN ('hold','settle','release','adjust','refund','top_up')),
  available bigint NOT NULL,
  held bigint NOT NULL,
  spent bigint NOT NULL,
  idempotency_key text NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id),
  CHECK (kind IN ('top_up','adjust') OR available + held + spent = 0),
  CHECK ((job_id IS NOT NULL) = (kind IN ('hold','settle','release','refund')))
);
CREATE UNIQUE INDEX ledger_one_hold ON ledger (job_id) WHERE kind = 'hold';
CREATE UNIQUE INDEX ledger_one_end ON ledger (job_id) WHERE kind IN ('settle','release');
CREATE INDEX ledger_workspace ON ledger (workspace_id) INCLUDE (available, held, spent);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One timeline per job; a terminal event is also what callbacks tell.
CREATE TABLE events (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  job_id uuid NOT NULL,
  type text NOT NULL,
  data jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX events_job ON events (job_id, at);
CREATE UNIQUE INDEX events_one_end ON events (job_id) WHERE type LIKE 'job.ended.%';

CREATE TABLE deliveries (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  job_id uuid NOT NULL,
  event_id uuid NOT NULL REFERENCES events (id),
  url text NOT NULL,
  body bytea NOT NULL,
  content_type text NOT NULL,
  state text NOT NULL CHECK (state IN ('pending','delivered','failed')),
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  workflow_started_at timestamptz,
  UNIQUE (event_id, url),
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX deliveries_unstarted ON deliveries (created_at) WHERE workflow_started_at IS NULL;
CREATE INDEX deliveries_job ON deliveries (job_id);

-- Written before the request and completed after it; a row without `finished_at` is a try whose end we never saw.
CREATE TABLE delivery_tries (
  delivery_id uuid NOT NULL REFERENCES deliveries (id),
  number integer NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  duration_ms integer,
  status integer,
  error text,
  excerpt text,
  PRIMARY KEY (delivery_id, number)
);

CREATE TABLE keeps (
  job_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  workflow_started_at timestamptz,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX keeps_unstarted ON keeps (created_at) WHERE workflow_started_at IS NULL;

CREATE TABLE files (
  job_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('video','last_frame')),
  blob text NOT NULL,
  bytes bigint NOT NULL,
  mime text NOT NULL,
  PRIMARY KEY (job_id, kind),
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);

CREATE TABLE idempotency (
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  route text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  job_id uuid NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, route, key)
);
CREATE INDEX idempotency_expiry ON idempotency (expires_at);

-- Which workspace may use which stored input bytes.
CREATE TABLE blobs (
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  id text NOT NULL,
  bytes bigint NOT NULL,
  mime text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
