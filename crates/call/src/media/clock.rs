//! The machine-readable clock in the test picture, and how to read it back from pixels.
//!
//! # Layout
//!
//! The top sixth of the picture is a strip of 2 rows with 20 cells each; a cell is a twentieth of the width and a
//! twelfth of the height, so that it survives scaling and hard compression. A light cell is a 1, a dark cell a 0.
//! Read row by row from the left, the 40 cells are 32 bits of time and 8 bits of checksum, most significant bit first:
//!
//! - time: the Unix time in milliseconds, low 32 bits (it wraps every 49.7 days; compare with wrapping subtraction);
//! - checksum: `(0x5A + 1·a + 3·b + 7·c + 13·d) mod 256`, where `a b c d` are the time's bytes from the most
//!   significant one. Neither an all-dark nor an all-light picture fulfils it.
//!
//! # Reading it elsewhere
//!
//! For a page that has drawn the video to a canvas, with `y(x, y)` the luma (or simply the green channel):
//!
//! ```text
//! bits = ""
//! for row in 0..2, column in 0..20:
//!     mean = average of y over the middle half of the cell, both ways:
//!            x from (column + 0.25) * width / 20 to (column + 0.75) * width / 20
//!            y from (row + 0.25) * height / 12 to (row + 0.75) * height / 12
//!     if 112 < mean < 144: give up           // neither light nor dark
//!     bits += mean >= 144 ? "1" : "0"
//! time = first 32 bits; give up unless the checksum fits the last 8
//! ```

/// Cells in a row of the strip.
const COLUMNS: usize = 20;
/// Rows of the strip.
const ROWS: usize = 2;
/// Height of one row, as a part of the picture's height.
const ROW_PARTS: usize = 12;
/// Luma of a light cell; not the extreme, which codecs ring around.
const LIGHT: u8 = 224;
/// Luma of a dark cell.
const DARK: u8 = 32;
/// A cell whose mean is nearer to the middle than this is unreadable.
const UNSURE: u32 = 16;

/// Draws `millis` into the strip of a tightly packed luma plane.
pub fn draw_clock(luma: &mut [u8], width: usize, height: usize, millis: u32) {
    let bits = with_checksum(millis);
    for row in 0..ROWS {
        for y in row * height / ROW_PARTS..(row + 1) * height / ROW_PARTS {
            let line = &mut luma[y * width..(y + 1) * width];
            for column in 0..COLUMNS {
                let light = bits >> (ROWS * COLUMNS - 1 - row * COLUMNS - column) & 1 == 1;
                line[column * width / COLUMNS..(column + 1) * width / COLUMNS].fill(if light { LIGHT } else { DARK });
            }
        }
    }
}

/// Reads the clock from a tightly packed luma plane (`width` bytes a row): the low 32 bits of the Unix time in
/// milliseconds, or nothing when the picture shows no readable clock.
pub fn decode_clock(luma: &[u8], width: usize, height: usize) -> Option<u32> {
    if width < COLUMNS * 2 || height < ROW_PARTS * 2 || luma.len() < width * height {
        return None;
    }
    let mut bits = 0_u64;
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let x = middle(column, width, COLUMNS);
            let y = middle(row, height, ROW_PARTS);
            let count = (x.len() * y.len()) as u32;
            let sum: u32 = y.map(|y| luma[y * width..][x.clone()].iter().map(|&p| u32::from(p)).sum::<u32>()).sum();
            let mean = sum / count;
            if mean.abs_diff(128) < UNSURE {
                return None;
            }
            bits = bits << 1 | u64::from(mean > 128);
        }
    }
    let millis = (bits >> 8) as u32;
    (with_checksum(millis) == bits).then_some(millis)
}

/// The middle half of part `index` of `parts`.
fn middle(index: usize, length: usize, parts: usize) -> std::ops::Range<usize> {
    let start = (4 * index + 1) * length / (4 * parts);
    let end = (4 * index + 3) * length / (4 * parts);
    start..end.max(start + 1)
}

/// The 40 bits of the strip.
fn with_checksum(millis: u32) -> u64 {
    let [a, b, c, d] = millis.to_be_bytes().map(u32::from);
    u64::from(millis) << 8 | u64::from((0x5A + a + 3 * b + 7 * c + 13 * d) & 0xFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_read_at_every_size() {
        for (width, height) in [(1280, 720), (640, 360), (320, 180), (353, 241), (160, 90)] {
            for millis in [0, 1, 0xFFFF_FFFF, 0xAAAA_5555, 1_763_663_123] {
                let mut luma = vec![128; width * height];
                draw_clock(&mut luma, width, height, millis);
                assert_eq!(decode_clock(&luma, width, height), Some(millis), "{width}x{height} {millis}");
            }
        }
    }

    #[test]
    fn a_picture_without_a_clock_reads_as_nothing() {
        for level in [0, 16, 128, 235, 255] {
            assert_eq!(decode_clock(&vec![level; 640 * 360], 640, 360), None, "luma {level}");
        }
        assert_eq!(decode_clock(&[], 0, 0), None);
        assert_eq!(decode_clock(&[0; 10], 640, 360), None);
    }

    #[test]
    fn one_wrong_cell_is_noticed() {
        let (width, height) = (320, 180);
        for cell in 0..ROWS * COLUMNS {
            let mut luma = vec![128; width * height];
            draw_clock(&mut luma, width, height, 0x1234_5678);
            let (row, column) = (cell / COLUMNS, cell % COLUMNS);
            for y in row * height / ROW_PARTS..(row + 1) * height / ROW_PARTS {
                for x in column * width / COLUMNS..(column + 1) * width / COLUMNS {
                    let pixel = &mut luma[y * width + x];
                    *pixel = 255 - *pixel;
                }
            }
            assert_eq!(decode_clock(&luma, width, height), None, "cell {cell}");
        }
    }
}
