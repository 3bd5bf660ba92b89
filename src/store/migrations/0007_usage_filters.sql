-- Usage logs of one model or one key, newest first.
CREATE INDEX usage_model ON usage (workspace_id, model, at DESC);
CREATE INDEX usage_key ON usage (workspace_id, key_id, at DESC);
