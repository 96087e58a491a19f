//! Opening a store: the right key, the right file, the right version, and nobody else in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use domain::id::DeviceId;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{broadcast, mpsc};

use crate::fault::{self, Point};
use crate::file::SealedFiles;
use crate::writer::{self, Committed, Intent, Word, WriteFault};
use crate::{Reader, Stop, StoreFault, StoreKey, Tx};

/// "RNDS", so that another program's encrypted database is not taken for a store.
const APPLICATION_ID: i32 = 0x524e_4453;

/// The schema's steps, oldest first. A step is never changed once it was released.
const STEPS: &[&str] = &[include_str!("../migrations/0001_first.sql")];

/// Readers kept open between reads.
const IDLE_READERS: usize = 4;

/// Why a store was not opened. It was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The key does not fit, or the file was not written by Rounds.
    #[error("the key does not fit this store, or the file is not a Rounds store")]
    WrongKeyOrForeign,
    /// A newer Rounds wrote it.
    #[error("the store has schema {found}, this program knows {known}")]
    Newer {
        /// The file's schema.
        found: usize,
        /// This program's.
        known: usize,
    },
    /// Another program has it open.
    #[error("the store is in use by another Rounds")]
    InUse,
    /// Its folder cannot be used.
    #[error("the folder of the store cannot be used")]
    Folder(#[source] io::Error),
    /// The database failed.
    #[error(transparent)]
    Fault(#[from] StoreFault),
}

/// A practice's store, open. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    key: StoreKey,
    device: DeviceId,
    files: SealedFiles,
    words: mpsc::Sender<Word>,
    committed: broadcast::Sender<Committed>,
    readers: Mutex<Vec<Connection>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held as long as the store is open; the operating system lets go of it when the process ends, however it ends.
    _lock: File,
}

impl Store {
    /// The newest schema this program knows.
    pub const SCHEMA: usize = STEPS.len();

    /// Where the database of a store in this folder lies.
    pub fn path(folder: &Path) -> PathBuf {
        folder.join("rounds.db")
    }

    /// Opens the store in a folder, or makes one there when there is none.
    pub fn open(folder: &Path, key: &StoreKey) -> Result<Self, OpenFault> {
        std::fs::create_dir_all(folder).map_err(OpenFault::Folder)?;
        let lock = lock(folder)?;
        let path = Self::path(folder);
        let fresh = is_fresh(&path)?;
        let mut db = connect(&path, key, true).map_err(|fault| match fault {
            // The first pragma that reads the file already meets a key that does not fit.
            OpenFault::Fault(StoreFault::Damaged(error))
                if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) =>
            {
                OpenFault::WrongKeyOrForeign
            }
            other => other,
        })?;
        if fresh {
            log_may_close(&db)?;
        }
        if fresh || check(&db)? == Found::Nothing {
            db.pragma_update(None, "application_id", APPLICATION_ID).map_err(StoreFault::from)?;
            fault::reach(Point::Migrating);
        }
        db.pragma_update(None, "journal_mode", "wal").map_err(StoreFault::from)?;
        db.pragma_update(None, "synchronous", "full").map_err(StoreFault::from)?;
        migrate(&mut db)?;
        let device = own_device(&db)?;
        let files = SealedFiles::open(&folder.join("files"), key.clone()).map_err(OpenFault::Folder)?;
        let (words, receiver) = mpsc::channel(writer::QUEUE);
        let (committed, _) = broadcast::channel(writer::LISTENER_BACKLOG);
        let thread = writer::start(db, device, receiver, committed.clone()).map_err(OpenFault::Folder)?;
        let inner = Inner {
            path,
            key: key.clone(),
            device,
            files,
            words,
            committed,
            readers: Mutex::new(Vec::new()),
            writer: Mutex::new(Some(thread)),
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The number of this computer's store in the journal.
    pub fn device(&self) -> DeviceId {
        self.inner.device
    }

    /// The sealed files that belong to it.
    pub fn files(&self) -> &SealedFiles {
        &self.inner.files
    }

    /// Hears of every commit.
    pub fn listen(&self) -> broadcast::Receiver<Committed> {
        self.inner.committed.subscribe()
    }

    /// Runs a command in a transaction. When this answers `Ok`, it is on disk.
    pub async fn write<R, F>(&self, intent: Intent, command: F) -> Result<R, WriteFault>
    where
        R: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        let (job, answer) = writer::job(intent, command);
        self.inner.words.send(Word::Job(job)).await.map_err(|_| StoreFault::Closed)?;
        answer.await.unwrap_or(Err(WriteFault::Fault(StoreFault::Closed)))
    }

    /// As [`Store::write`], and the same idempotency key again gets the first answer without a second effect.
    pub async fn write_once<R, F>(&self, intent: Intent, command: F) -> Result<R, WriteFault>
    where
        R: Serialize + DeserializeOwned + Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<R, Stop> + Send + 'static,
    {
        self.write(intent, writer::once(command)).await
    }

    /// Reads, away from the async threads. What the closure sees is one moment of the store.
    pub async fn read<R, F>(&self, look: F) -> Result<R, StoreFault>
    where
        R: Send + 'static,
        F: FnOnce(&Reader<'_>) -> Result<R, StoreFault> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_now(look)).await.unwrap_or(Err(StoreFault::Panicked))
    }

    /// Reads on the calling thread.
    pub fn read_now<R>(&self, look: impl FnOnce(&Reader<'_>) -> Result<R, StoreFault>) -> Result<R, StoreFault> {
        let idle = self.idle_readers().pop();
        let db = match idle {
            Some(db) => db,
            None => self.connect_reader()?,
        };
        db.execute_batch("BEGIN")?;
        // A connection that met a fault is closed, not used again: it may have ended its transaction by itself.
        let found = look(&Reader::new(&db))?;
        db.execute_batch("ROLLBACK")?;
        let mut idle = self.idle_readers();
        if idle.len() < IDLE_READERS {
            idle.push(db);
        }
        Ok(found)
    }

    fn idle_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // A panic while the lock was held cannot have left the list half changed.
        self.inner.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn connect_reader(&self) -> Result<Connection, StoreFault> {
        let db = connect(&self.inner.path, &self.inner.key, false).map_err(|fault| match fault {
            OpenFault::Fault(fault) => fault,
            OpenFault::WrongKeyOrForeign | OpenFault::Newer { .. } | OpenFault::InUse | OpenFault::Folder(_) => {
                StoreFault::Closed
            }
        })?;
        db.pragma_update(None, "query_only", true)?;
        Ok(db)
    }

    /// Ends the writer after all that was asked before, and closes the database. Later writes are refused as closed.
    pub fn close(&self) {
        let thread = self.inner.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.idle_readers().clear();
        let words = self.inner.words.clone();
        // The queue may be full and this may be an async thread, where a blocking send is not allowed: a thread of
        // its own can wait in both cases.
        let closing = std::thread::spawn(move || {
            let told = words.blocking_send(Word::Close).is_ok();
            (told, thread.join().is_ok())
        });
        if !matches!(closing.join(), Ok((_, true))) {
            tracing::error!("the store's writer ended in a panic");
        }
    }
}

fn lock(folder: &Path) -> Result<File, OpenFault> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(OpenFault::Folder)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(OpenFault::InUse),
        Err(std::fs::TryLockError::Error(error)) => Err(OpenFault::Folder(error)),
    }
}

/// Whether there is no database yet. A plain SQLite file is foreign: opening it with a key would only say "not a database".
fn is_fresh(path: &Path) -> Result<bool, OpenFault> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(OpenFault::Folder(error)),
    };
    let mut start = [0; 16];
    match file.read(&mut start).map_err(OpenFault::Folder)? {
        0 => Ok(true),
        // SQLite takes a single byte for an empty file, and would write over it.
        1 => Err(OpenFault::WrongKeyOrForeign),
        _ if &start == b"SQLite format 3\0" => Err(OpenFault::WrongKeyOrForeign),
        _ => Ok(false),
    }
}

fn connect(path: &Path, key: &StoreKey, writer: bool) -> Result<Connection, OpenFault> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, writer);
    let db = Connection::open_with_flags(path, flags).map_err(StoreFault::from)?;
    // Closing would write the log of an earlier run into the file, also of one that the key does not open.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(StoreFault::from)?;
    db.pragma_update(None, "key", zeroize::Zeroizing::new(format!("x'{}'", key.hex())).as_str())
        .map_err(StoreFault::from)?;
    // Without a cache that holds the hot set every read decrypts its pages again, at three to four times the cost.
    db.pragma_update(None, "cache_size", -65_536).map_err(StoreFault::from)?;
    db.pragma_update(None, "foreign_keys", true).map_err(StoreFault::from)?;
    db.busy_timeout(std::time::Duration::from_secs(5)).map_err(StoreFault::from)?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(db)
}

/// What a database that the key opens holds.
#[derive(PartialEq)]
enum Found {
    /// Nothing: a first start was killed before it had marked the file as its own.
    Nothing,
    /// A store.
    Store,
}

/// The key fits: from here on closing may bring the file up to date with its log, and takes the log away.
fn log_may_close(db: &Connection) -> Result<(), StoreFault> {
    Ok(db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map(drop)?)
}

fn check(db: &Connection) -> Result<Found, OpenFault> {
    let read = db.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0));
    let tables = match read.map_err(StoreFault::from) {
        Ok(tables) => tables,
        Err(StoreFault::Damaged(_)) => return Err(OpenFault::WrongKeyOrForeign),
        Err(fault) => return Err(fault.into()),
    };
    let number = |name| db.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(StoreFault::from);
    log_may_close(db)?;
    match (tables, number("application_id")?, number("user_version")?) {
        (_, APPLICATION_ID, _) => {}
        (0, 0, 0) => return Ok(Found::Nothing),
        _ => return Err(OpenFault::WrongKeyOrForeign),
    }
    let found = usize::try_from(number("user_version")?).unwrap_or(usize::MAX);
    if found > STEPS.len() {
        return Err(OpenFault::Newer { found, known: STEPS.len() });
    }
    Ok(Found::Store)
}

/// Brings the schema up to date. Each step and the number that counts it are one transaction, so a program that is
/// killed in between leaves a store that the next start can go on with.
fn migrate(db: &mut Connection) -> Result<(), StoreFault> {
    let done: i32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (step, number) in STEPS.iter().zip(1i32..).skip(usize::try_from(done).unwrap_or(0)) {
        fault::reach(Point::Migrating);
        let transaction = db.transaction()?;
        transaction.execute_batch(step)?;
        fault::reach(Point::Migrating);
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
        fault::reach(Point::Migrating);
    }
    Ok(())
}

/// The number that this computer's rows carry in the journal: made with the store.
fn own_device(db: &Connection) -> Result<DeviceId, OpenFault> {
    let made = db
        .execute(
            "INSERT INTO secret (name, value) VALUES ('device', ?1) ON CONFLICT DO NOTHING",
            [DeviceId::new().to_string().as_bytes()],
        )
        .and_then(|_| {
            db.query_row("SELECT value FROM secret WHERE name = 'device'", (), |row| row.get::<_, Vec<u8>>(0))
        })
        .map_err(StoreFault::from)?;
    let text = String::from_utf8_lossy(&made);
    text.parse().map_err(|_| OpenFault::WrongKeyOrForeign)
}
