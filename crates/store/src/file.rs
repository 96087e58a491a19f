//! Sealed files: pictures and attachments outside the database, each under a key of its own.
//!
//! ```text
//! "RNDSEAL1" | nonce (24) | file key sealed under the store key (48) | nonce (24) | sealed content
//! ```
//!
//! The cipher is XChaCha20-Poly1305; the file's name is authenticated with both parts, so files cannot be swapped. A
//! file gets its name only when it is whole on the disk, and a record names it only after that.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::StoreKey;
use crate::fault::{self, Point};

const MAGIC: &[u8; 8] = b"RNDSEAL1";
const NONCE: usize = 24;
const WRAPPED: usize = 32 + 16;

/// Why a sealed file cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// There is none of this name.
    #[error("the file is missing")]
    Missing,
    /// Its bytes are not what was sealed: damaged, cut short, or another file under this name.
    #[error("the file is damaged")]
    Damaged,
    /// No room on the disk.
    #[error("the disk is full")]
    DiskFull,
    /// The file system failed.
    #[error("the file cannot be used")]
    Io(#[source] io::Error),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::Io(error),
        }
    }
}

/// The folder of sealed files.
pub struct SealedFiles {
    folder: PathBuf,
    key: StoreKey,
}

impl SealedFiles {
    pub(crate) fn open(folder: &Path, key: StoreKey) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), key })
    }

    /// Seals the content under this name, which must be an id of ours. When this answers `Ok`, it is on disk.
    pub fn seal(&self, name: &str, content: &[u8]) -> Result<(), FileFault> {
        let sealed = self.sealed(name, content)?;
        let path = self.path(name)?;
        let temporary = path.with_extension("part");
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(&sealed)?;
            file.sync_all()
        });
        if let Err(error) = written {
            // What could not be written whole is worth nothing, and its room may be what is missing.
            let _ = fs::remove_file(&temporary);
            return Err(error.into());
        }
        fault::reach(Point::FileWritten);
        fs::rename(&temporary, &path)?;
        sync_folder(&self.folder)?;
        fault::reach(Point::FileNamed);
        Ok(())
    }

    /// The content of a sealed file.
    pub fn unseal(&self, name: &str) -> Result<Vec<u8>, FileFault> {
        let bytes = fs::read(self.path(name)?)?;
        let rest = bytes.strip_prefix(MAGIC).ok_or(FileFault::Damaged)?;
        let (key_nonce, rest) = rest.split_at_checked(NONCE).ok_or(FileFault::Damaged)?;
        let (wrapped, rest) = rest.split_at_checked(WRAPPED).ok_or(FileFault::Damaged)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(FileFault::Damaged)?;
        let file_key = Zeroizing::new(decrypt(self.key.expose(), key_nonce, wrapped, name)?);
        let file_key: &[u8; 32] = file_key.as_slice().try_into().map_err(|_| FileFault::Damaged)?;
        decrypt(file_key, nonce, sealed, name)
    }

    /// Removes a sealed file. One that is gone already is no fault.
    pub fn remove(&self, name: &str) -> Result<(), FileFault> {
        match fs::remove_file(self.path(name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
            Ok(()) | Err(_) => Ok(sync_folder(&self.folder)?),
        }
    }

    /// Moves a sealed file that belongs to no record out of the way, still sealed: into the folder `unclaimed`.
    pub fn set_aside(&self, name: &str) -> Result<(), FileFault> {
        let path = self.path(name)?;
        let aside = self.folder.join("unclaimed");
        fs::create_dir_all(&aside)?;
        fs::rename(&path, aside.join(path.file_name().unwrap_or_default()))?;
        sync_folder(&aside)?;
        Ok(sync_folder(&self.folder)?)
    }

    /// The names of all sealed files.
    pub fn names(&self) -> Result<Vec<String>, FileFault> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().and_then(|name| name.strip_suffix(".sealed")) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Removes what a crash left half written. Nothing refers to it: a record is written after its file is whole.
    pub fn sweep_halves(&self) -> Result<usize, FileFault> {
        let mut swept = 0;
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "part") {
                fs::remove_file(path)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn path(&self, name: &str) -> Result<PathBuf, FileFault> {
        let ours = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if ours { Ok(self.folder.join(format!("{name}.sealed"))) } else { Err(FileFault::Missing) }
    }

    fn sealed(&self, name: &str, content: &[u8]) -> Result<Vec<u8>, FileFault> {
        let mut random = Zeroizing::new([0u8; 32 + 2 * NONCE]);
        getrandom::fill(random.as_mut_slice()).map_err(|error| FileFault::Io(io::Error::other(error)))?;
        let (file_key, nonces) = random.split_at(32);
        let (key_nonce, nonce) = nonces.split_at(NONCE);
        let file_key: &[u8; 32] = file_key.try_into().map_err(|_| FileFault::Damaged)?;
        let wrapped = encrypt(self.key.expose(), key_nonce, file_key, name)?;
        let sealed = encrypt(file_key, nonce, content, name)?;
        Ok([MAGIC, key_nonce, &wrapped, nonce, &sealed].concat())
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

fn nonce(bytes: &[u8]) -> Result<XNonce, FileFault> {
    XNonce::try_from(bytes).map_err(|_| FileFault::Damaged)
}

fn encrypt(key: &[u8; 32], at: &[u8], content: &[u8], name: &str) -> Result<Vec<u8>, FileFault> {
    let payload = Payload { msg: content, aad: name.as_bytes() };
    cipher(key).encrypt(&nonce(at)?, payload).map_err(|_| FileFault::Io(io::Error::other("sealing failed")))
}

fn decrypt(key: &[u8; 32], at: &[u8], sealed: &[u8], name: &str) -> Result<Vec<u8>, FileFault> {
    let payload = Payload { msg: sealed, aad: name.as_bytes() };
    cipher(key).decrypt(&nonce(at)?, payload).map_err(|_| FileFault::Damaged)
}

/// A new name is only certain once the folder itself is on disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows has no such call: NTFS journals its folders.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
