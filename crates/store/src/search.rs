//! Finding patients by the beginnings of words.

use rusqlite::Connection;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::StoreFault;

/// A text as it is searched: lower case, without accents and apostrophes, other signs become spaces.
pub(crate) fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c) && *c != '\'' && *c != '\u{2019}')
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect()
}

/// The words of what somebody typed. A date with separators ("5.3.1984", "1984-03-05") becomes one word, as it is indexed.
fn typed_words(text: &str) -> Vec<String> {
    let as_date = |word: &str| {
        let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
        let numeric = parts.len() == 3 && parts.iter().all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_digit()));
        numeric.then(|| parts.iter().map(|part| format!("{part:0>2}")).collect::<String>())
    };
    text.split_whitespace()
        .flat_map(|word| match as_date(word) {
            Some(date) => vec![date],
            None => fold(word).split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}

/// Bodies of the patients that have words beginning with all that was typed, at most `limit`.
pub(crate) fn patients(db: &Connection, typed: &str, limit: u32) -> Result<Vec<String>, StoreFault> {
    let words = typed_words(typed);
    let (sql, argument) = match words.as_slice() {
        [] => ("SELECT body FROM patient WHERE ?1 = '' ORDER BY created_at DESC, id DESC LIMIT ?2", String::new()),
        // One or two letters mean the beginning of a family name: thousands of rows match, and the index has them in order.
        [word] if word.chars().count() < 3 => (
            "SELECT body FROM patient WHERE sort_name >= ?1 AND sort_name < ?1 || char(0x10ffff) ORDER BY sort_name LIMIT ?2",
            word.clone(),
        ),
        words => (
            "SELECT body FROM patient WHERE row IN (SELECT rowid FROM patient_words WHERE patient_words MATCH ?1 LIMIT 1000) \
             ORDER BY sort_name LIMIT ?2",
            // Quoted, so that nothing typed is read as an operator of the query language.
            words.iter().map(|word| format!("\"{word}\"*")).collect::<Vec<_>>().join(" "),
        ),
    };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map((argument, limit), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps the search index in step with a patient's row.
pub(crate) fn index(db: &Connection, id: &str, words: &str) -> Result<(), StoreFault> {
    let row: i64 = db.prepare_cached("SELECT row FROM patient WHERE id = ?1")?.query_row([id], |row| row.get(0))?;
    db.prepare_cached("DELETE FROM patient_words WHERE rowid = ?1")?.execute([row])?;
    db.prepare_cached("INSERT INTO patient_words (rowid, words) VALUES (?1, ?2)")?.execute((row, words))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_words() {
        for (typed, words) in [
            ("  Núñez  ad", &["nunez", "ad"][..]),
            ("O'Brien", &["obrien"]),
            ("1984-03-05", &["19840305"]),
            ("5.3.1984", &["05031984"]),
            ("MR-104233", &["mr", "104233"]),
            ("\"; DROP TABLE patient --", &["drop", "table", "patient"]),
            ("NEAR(a b) OR *", &["near", "a", "b", "or"]),
            ("", &[]),
        ] {
            assert_eq!(typed_words(typed), words, "{typed}");
        }
    }
}
