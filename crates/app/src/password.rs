//! Passwords: Argon2id, never kept in clear.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use domain::Phi;
use domain::practice::User;

use crate::failure::Failure;

/// Fewest characters of a password.
pub const SHORTEST: usize = 10;

/// The hash of a password, in PHC string form, with Argon2id's recommended cost (19 MiB, two passes) and a fresh salt.
pub fn hash(password: &Phi<String>) -> Result<String, Failure> {
    let hash = Argon2::default().hash_password(password.as_bytes()).map_err(|_| Failure::Bug)?;
    Ok(hash.to_string())
}

/// Whether this is the user's password. Costs the same whether it is or not.
pub fn matches(user: &User, password: &Phi<String>) -> bool {
    PasswordHash::new(&user.password_hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A password that a person can copy from a screen: 20 letters and digits that are not mistaken for each other.
pub fn random() -> Result<Phi<String>, Failure> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567893";
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).map_err(|_| Failure::Bug)?;
    Ok(Phi::new(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect()))
}
