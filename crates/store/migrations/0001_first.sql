-- The first schema. Every aggregate table has the same three columns (id, version, body) and, beside them, the
-- columns that something searches or sorts by. Times are milliseconds since 1970, UTC.

CREATE TABLE practice (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE user (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, name TEXT NOT NULL) STRICT;

CREATE TABLE room (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE template (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE setting (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE patient (
    row INTEGER PRIMARY KEY, -- named, so that it never changes: the search index refers to it
    id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, body TEXT NOT NULL,
    mrn TEXT NOT NULL,
    active INTEGER NOT NULL,
    sort_name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX patient_mrn ON patient (mrn) WHERE active = 1;
CREATE INDEX patient_sort_name ON patient (sort_name);
CREATE INDEX patient_created_at ON patient (created_at);

-- The searchable words of a patient, folded to lower case without accents. The rowid is the patient's.
CREATE VIRTUAL TABLE patient_words USING fts5 (words, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61');

CREATE TABLE chart (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL) STRICT;

CREATE TABLE appointment (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    starts_at INTEGER NOT NULL
) STRICT;
CREATE INDEX appointment_patient ON appointment (patient_id, starts_at);
CREATE INDEX appointment_starts_at ON appointment (starts_at);

CREATE TABLE encounter (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    planned_for INTEGER NOT NULL,
    arrived INTEGER NOT NULL, -- 1 while somebody is here or being seen
    ended_at INTEGER          -- NULL while the visit is open
) STRICT;
CREATE INDEX encounter_patient ON encounter (patient_id, planned_for);
CREATE INDEX encounter_here ON encounter (arrived) WHERE arrived = 1;
CREATE INDEX encounter_planned ON encounter (planned_for) WHERE ended_at IS NULL;
CREATE INDEX encounter_ended ON encounter (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE participant (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    encounter_id TEXT NOT NULL
) STRICT;
CREATE INDEX participant_encounter ON participant (encounter_id);

CREATE TABLE call (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    encounter_id TEXT NOT NULL,
    open INTEGER NOT NULL
) STRICT;
CREATE INDEX call_encounter ON call (encounter_id);
CREATE INDEX call_open ON call (open) WHERE open = 1;

CREATE TABLE note (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    encounter_id TEXT NOT NULL,
    patient_id TEXT NOT NULL,
    signed_at INTEGER
) STRICT;
CREATE INDEX note_encounter ON note (encounter_id);
CREATE INDEX note_patient ON note (patient_id, signed_at);

-- What is being typed: saved within a second of the last key, not journalled, merged into the note (which is)
-- when the writer puts it aside or signs.
CREATE TABLE note_draft (
    note_id TEXT NOT NULL,
    question TEXT NOT NULL,
    value TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    run TEXT NOT NULL, -- the run of the program that saved it: another run's text is recovered text
    PRIMARY KEY (note_id, question)
) STRICT;

CREATE TABLE snapshot (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, body TEXT NOT NULL,
    encounter_id TEXT NOT NULL
) STRICT;
CREATE INDEX snapshot_encounter ON snapshot (encounter_id);

-- The history: one row for every change, access, refusal and system event, chained by hash.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    device TEXT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('change', 'access', 'refusal', 'sync', 'system')),
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    command TEXT NOT NULL,
    payload BLOB,           -- the after-image of a change, the reason of a refusal
    digest BLOB NOT NULL,   -- SHA-256 of the payload
    hash BLOB NOT NULL      -- SHA-256 over the row before and this one
) STRICT;
CREATE INDEX journal_subject ON journal (subject_id, seq);

-- What others must be told. Order holds per target and subject.
CREATE TABLE delivery_target (id TEXT PRIMARY KEY, kinds TEXT NOT NULL) STRICT;

CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL REFERENCES delivery_target (id),
    subject TEXT NOT NULL,
    journal_seq INTEGER NOT NULL,
    parent TEXT,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'done', 'wedged')),
    reason TEXT
) STRICT;
CREATE INDEX delivery_open ON delivery (target, subject, journal_seq) WHERE state <> 'done';

-- The answer of every command that came with an idempotency key: the same key again gets the same answer.
CREATE TABLE receipt (key TEXT PRIMARY KEY, at INTEGER NOT NULL, command TEXT NOT NULL, answer TEXT NOT NULL) STRICT;

-- Keys of the practice. Never journalled with their value.
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
