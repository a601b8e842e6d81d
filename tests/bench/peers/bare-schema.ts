/** The tables and indexes a start writes to, as small as they can honestly be. */
export const BARE_SCHEMA = `
  CREATE TABLE impersonation (
    id TEXT PRIMARY KEY, grant_id TEXT NOT NULL UNIQUE, actor_id TEXT NOT NULL,
    subject_id TEXT NOT NULL, client_id TEXT NOT NULL, mode TEXT NOT NULL, reason TEXT,
    started_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended_at INTEGER
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX one_open_per_actor ON impersonation (actor_id) WHERE ended_at IS NULL;
  CREATE TABLE oidc_model (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, grant_id TEXT,
    expires_at INTEGER, consumed_at INTEGER, PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX oidc_model_grant ON oidc_model (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX oidc_model_expiry ON oidc_model (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE audit_event (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
    actor TEXT, subject TEXT, app TEXT, impersonation TEXT, details TEXT
  ) WITHOUT ROWID;
  CREATE INDEX audit_event_actor ON audit_event (actor, action, id);
`
