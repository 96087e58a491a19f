//! The key of a store: 256 random bits.

use std::fmt;
use std::io;
use std::path::Path;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// The key that opens a store and its sealed files. It is wiped from memory when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct StoreKey([u8; 32]);

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey")
    }
}

impl StoreKey {
    /// A new key from the operating system's random numbers.
    pub fn random() -> io::Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(bytes))
    }

    /// A key with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a key file: 64 hexadecimal digits. `None` where there is no such file.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut bytes = [0; 32];
        let digits = text.trim();
        let whole = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let read = whole
            && bytes.iter_mut().enumerate().all(|(at, byte)| {
                match u8::from_str_radix(&digits[2 * at..2 * at + 2], 16) {
                    Ok(value) => {
                        *byte = value;
                        true
                    }
                    Err(_) => false,
                }
            });
        text.zeroize();
        if read { Ok(Some(Self(bytes))) } else { Err(io::Error::new(io::ErrorKind::InvalidData, "not a key file")) }
    }

    /// Writes a key file that only this user can read, whole on the disk or not at all: a store whose key was not kept
    /// would be lost, and half a key would bar the way to a new one. A key file that is there is never written over.
    pub fn write_new(&self, path: &Path) -> io::Result<()> {
        use std::io::Write;
        let temporary = path.with_extension(format!("{}.part", std::process::id()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        private(&mut options);
        let mut file = options.open(&temporary)?;
        let mut text = self.hex();
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        text.zeroize();
        let named = written.and_then(|()| std::fs::hard_link(&temporary, path));
        // Whether the key has its name now or not, the temporary one is not needed any more.
        let removed = std::fs::remove_file(&temporary);
        named.and(removed)?;
        path.parent().map_or(Ok(()), crate::file::sync_folder)
    }

    /// The bare bytes, for the place that must keep or use them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// As SQLCipher takes it: a raw key, so that no password derivation slows the opening.
    pub(crate) fn hex(&self) -> String {
        domain::note::hex(&self.0)
    }
}

#[cfg(unix)]
fn private(options: &mut std::fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// On Windows a user's own folders are closed to others by their inherited access list.
#[cfg(not(unix))]
fn private(_options: &mut std::fs::OpenOptions) {}
