-- A store of schema 1, as the program wrote it when 1 was the newest. Never edited.

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
CREATE TABLE receipt (key TEXT PRIMARY KEY, at INTEGER NOT NULL, command TEXT NOT NULL, answer TEXT NOT NULL) STRICT;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
INSERT INTO practice VALUES ('prc_00000000000000000000000000000001', 1, '{"id":"prc_00000000000000000000000000000001","name":"Harbour Clinic","sample":true,"created_at":"2026-03-05T10:00:00Z"}');
INSERT INTO user VALUES ('usr_00000000000000000000000000000001', 1, '{"id":"usr_00000000000000000000000000000001","name":"A. Clinician","title":null,"role":"clinician","password_hash":"$argon2id$"}', 'A. Clinician');
INSERT INTO room VALUES ('wrm_00000000000000000000000000000005', 1, '{"id":"wrm_00000000000000000000000000000005","name":"General","slot_minutes":20,"service_line":null,"default_template":null}', 'General');
INSERT INTO template VALUES ('tpl_00000000000000000000000000000009', 1, '{"id":"tpl_00000000000000000000000000000009","name":"General","sections":[]}', 'General');
INSERT INTO setting VALUES ('camera', 1, '{"name":"camera","value":"front"}');
INSERT INTO patient VALUES (1, 'pat_00000000000000000000000000000001', 2, '{"id":"pat_00000000000000000000000000000001","mrn":"MR-00001","name":{"family":"Moss","given":["Ada"]},"birth_date":"1984-03-05","sex":"female","phone":null,"email":null,"address":null,"language":"en","interpreter":false,"status":{"is":"active"},"created_at":"2026-03-05T10:00:01Z"}', 'MR-00001', 1, 'moss  ada', 1772704801000);
INSERT INTO chart VALUES ('pat_00000000000000000000000000000001', 1, '{"patient":"pat_00000000000000000000000000000001","chart":{"allergies":[{"substance":"dust","reaction":null,"severity":null,"recorded":"2020-01-01"}],"problems":[],"medications":[],"past_visits":[]}}');
INSERT INTO encounter VALUES ('enc_00000000000000000000000000000001', 1, '{"id":"enc_00000000000000000000000000000001","patient":"pat_00000000000000000000000000000001","room":"wrm_00000000000000000000000000000005","appointment":null,"planned_for":"2026-03-05T10:00:00Z","reason":"headache","priority":"routine","state":{"is":"planned"},"check":null,"consent":null,"identity":null,"intake":[]}', 'pat_00000000000000000000000000000001', 'wrm_00000000000000000000000000000005', 1772704800000, 0, NULL);
INSERT INTO participant VALUES ('par_00000000000000000000000000000001', 1, '{"id":"par_00000000000000000000000000000001","encounter":"enc_00000000000000000000000000000001","role":"patient","name":"Ada","user":null,"expires_at":"2026-03-05T11:00:00Z","device":null,"identified_at":null,"failures":0,"blocked_until":null,"state":{"is":"invited"}}', 'enc_00000000000000000000000000000001');
INSERT INTO note VALUES ('not_00000000000000000000000000000001', 1, '{"id":"not_00000000000000000000000000000001","encounter":"enc_00000000000000000000000000000001","patient":"pat_00000000000000000000000000000001","template":{"id":"tpl_00000000000000000000000000000009","name":"General","sections":[]},"author":"usr_00000000000000000000000000000001","started_at":"2026-03-05T10:00:00Z","answers":{},"state":{"is":"draft"}}', 'enc_00000000000000000000000000000001', 'pat_00000000000000000000000000000001', NULL);
INSERT INTO note_draft VALUES ('not_00000000000000000000000000000001', 'story', '["Well."]', 1772704805000, 'key_01a1fa70e76f71228e4066d59f2769ae');
INSERT INTO journal VALUES (1, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'practice', 'prc_00000000000000000000000000000001', 'test.write', CAST('{"id":"prc_00000000000000000000000000000001","name":"Harbour Clinic","sample":true,"created_at":"2026-03-05T10:00:00Z"}' AS BLOB), x'bc0feb53f22b512b0a38e362f53db883e1f625b96ffe1c5a5a65c2d37a858d45', x'ca81538d6f19f457939ec747e44a75376b72b8c76799fcf3854a953e89101210');
INSERT INTO journal VALUES (2, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'user', 'usr_00000000000000000000000000000001', 'test.write', CAST('{"id":"usr_00000000000000000000000000000001","name":"A. Clinician","title":null,"role":"clinician","password_hash":"$argon2id$"}' AS BLOB), x'a0c724681a81c3db42e76216c1772ee85c9ba6611a6b7a7ccb0c969c1e4173f7', x'71fc81018c03047b955c590da57629da21e35a7cc965e904d0d55c42848b39ce');
INSERT INTO journal VALUES (3, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'room', 'wrm_00000000000000000000000000000005', 'test.write', CAST('{"id":"wrm_00000000000000000000000000000005","name":"General","slot_minutes":20,"service_line":null,"default_template":null}' AS BLOB), x'6627a3e42456d0268f9c54b527d177a47facbb9d045261ee2e15ac254bccefb9', x'ed9e597de45555fb74454e9b046992804f53fc3def04fbcecc728da79c8575a4');
INSERT INTO journal VALUES (4, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'template', 'tpl_00000000000000000000000000000009', 'test.write', CAST('{"id":"tpl_00000000000000000000000000000009","name":"General","sections":[]}' AS BLOB), x'c716c6d75d665d5f3657de951c06265f0280d6119044b97ea56b24940443672d', x'd535d6b3f1b3a2089f3846fe7f9734e5b66bb5c94fed4adfc9628f1410832213');
INSERT INTO journal VALUES (5, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'setting', 'camera', 'test.write', CAST('{"name":"camera","value":"front"}' AS BLOB), x'387f3ede3e1e9909363aa47f710e37a3b520f08612a9970e96a9a3af89d00714', x'aec194d83f6c7936508b398189da2a11487ea3e86c2bddc491ff1d6cdb65f341');
INSERT INTO journal VALUES (6, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'patient', 'pat_00000000000000000000000000000001', 'test.write', CAST('{"id":"pat_00000000000000000000000000000001","mrn":"MR-00001","name":{"family":"Family1","given":["Ada"]},"birth_date":"1984-03-05","sex":"female","phone":null,"email":null,"address":null,"language":"en","interpreter":false,"status":{"is":"active"},"created_at":"2026-03-05T10:00:01Z"}' AS BLOB), x'9199ef1f0dce73b243b2defbdb3ebaa479b12db875a953e3babca14fa0b172fd', x'825af33c69ef2fe5d458c9096c8cbcf42b45d60e2b0783b6b18d6d784bf632b1');
INSERT INTO journal VALUES (7, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'patient', 'pat_00000000000000000000000000000001', 'test.write', CAST('{"id":"pat_00000000000000000000000000000001","mrn":"MR-00001","name":{"family":"Moss","given":["Ada"]},"birth_date":"1984-03-05","sex":"female","phone":null,"email":null,"address":null,"language":"en","interpreter":false,"status":{"is":"active"},"created_at":"2026-03-05T10:00:01Z"}' AS BLOB), x'85ae0e621baf9d86e22027884151e7d996c9cf50abfa9c95533730064606ba72', x'9243f7368ed42b43f30910d22f97dcc42817ec9a849c5f7b6b44439b7bddb777');
INSERT INTO journal VALUES (8, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'chart', 'pat_00000000000000000000000000000001', 'test.write', CAST('{"patient":"pat_00000000000000000000000000000001","chart":{"allergies":[{"substance":"dust","reaction":null,"severity":null,"recorded":"2020-01-01"}],"problems":[],"medications":[],"past_visits":[]}}' AS BLOB), x'aa9d1737b75a9dd3306e75969c0afda962af0b3a2289a4a00679aa653ae806e8', x'bdc38d53b9ac00e9dc9b284568ab569717500d35f34f757d2790df9e5a284a9f');
INSERT INTO journal VALUES (9, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'encounter', 'enc_00000000000000000000000000000001', 'test.write', CAST('{"id":"enc_00000000000000000000000000000001","patient":"pat_00000000000000000000000000000001","room":"wrm_00000000000000000000000000000005","appointment":null,"planned_for":"2026-03-05T10:00:00Z","reason":"headache","priority":"routine","state":{"is":"planned"},"check":null,"consent":null,"identity":null,"intake":[]}' AS BLOB), x'84ea0f31510f1068143b49be6b7b966befe3e7c8a8c326646c7829a174f8b1f0', x'2dceb3ce95005efed8d7f0d36c71731037c1603a0a4f4eb1d3eda3b3fdc0eec6');
INSERT INTO journal VALUES (10, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'participant', 'par_00000000000000000000000000000001', 'test.write', CAST('{"id":"par_00000000000000000000000000000001","encounter":"enc_00000000000000000000000000000001","role":"patient","name":"Ada","user":null,"expires_at":"2026-03-05T11:00:00Z","device":null,"identified_at":null,"failures":0,"blocked_until":null,"state":{"is":"invited"}}' AS BLOB), x'0134489600147885e0766997a7e156c7865fc4b322ff76d4dba282241c4b336b', x'754868ed5491af1b515341b458b273f3e9871c89af5f6fc7d922ecda566cec4e');
INSERT INTO journal VALUES (11, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'change', 'note', 'not_00000000000000000000000000000001', 'test.write', CAST('{"id":"not_00000000000000000000000000000001","encounter":"enc_00000000000000000000000000000001","patient":"pat_00000000000000000000000000000001","template":{"id":"tpl_00000000000000000000000000000009","name":"General","sections":[]},"author":"usr_00000000000000000000000000000001","started_at":"2026-03-05T10:00:00Z","answers":{},"state":{"is":"draft"}}' AS BLOB), x'3395db4513ce2abe9ceb3b810434136058b9da469fce3fea6d9ba9c8f7606c22', x'e26c9654be60151aec83d611e581e662e6c0e83e9a9c4bb34dff1816395c22e3');
INSERT INTO journal VALUES (12, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'access', 'patient', 'pat_00000000000000000000000000000001', 'test.write', NULL, x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', x'5bd2dbccdf9523444a5ae4587a0eaa3c411c189ded0a31f295bbc36b949b0782');
INSERT INTO journal VALUES (13, 1772704800000, 'dev_01a1fa70e76474b7a497d01c7573b781', 'usr_00000000000000000000000000000001', 'refusal', 'practice', '', 'test.write', CAST('role' AS BLOB), x'4b168d88dc872a7753c2bc35b36a2d4249487af55baf78f247f38cae2fe962da', x'b396cda3a6fee117a8705f53b99d188890ce98dafe461ff1bc878e415ec2f08f');
INSERT INTO delivery_target VALUES ('hub', '|encounter|');
INSERT INTO delivery VALUES ('dlv_01a1fa70e76c778d8b7333b3241dcfd8', 'hub', 'enc_00000000000000000000000000000001', 9, NULL, 0, 1772704800000, 'due', NULL);
INSERT INTO receipt VALUES ('key_00000000000000000000000000000001', 1772704800000, 'setting.put', '1');
INSERT INTO secret VALUES ('device', x'6465765f3031613166613730653736343734623761343937643031633735373362373831');
INSERT INTO secret VALUES ('token key', x'010203');
INSERT INTO patient_words (rowid, words) VALUES (1, 'ada moss mr 00001 19840305 05031984 03051984');
PRAGMA application_id = 1380861011;
PRAGMA user_version = 1;
