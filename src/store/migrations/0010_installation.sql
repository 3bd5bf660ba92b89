-- What is true of the whole installation, in one row. Names of workspaces can be changed, so the first one is known by
-- its id; and a text sealed under the secret key tells whether a process has that key.
CREATE TABLE installation (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  first_workspace_id uuid REFERENCES workspaces (id),
  sealed_canary bytea
);

-- Starts looked for their workspace by name and made another one after a rename. Each that they made has a first
-- top-up of its own kind; the earliest is the one whose keys are in use.
INSERT INTO installation (first_workspace_id) VALUES (
  (SELECT workspace_id FROM ledger WHERE idempotency_key = 'start:' || workspace_id::text ORDER BY id LIMIT 1)
);
