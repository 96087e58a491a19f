//! The test picture: what a computer without a camera sends.
//!
//! A calm background, a disc that wanders over it (so that encoders have work and a frozen picture shows), the wall
//! clock in digits for people and as a strip of cells for machines (see [`super::clock`]). Only the moving parts are
//! drawn for each picture; the rest is copied.

use super::clock::draw_clock;

/// Draws test pictures in I420 (planes tightly packed), 1280 by 720.
pub(super) struct TestPicture {
    background: Vec<u8>,
    /// Half the width of the disc in each of its rows.
    disc: Vec<usize>,
    count: u32,
}

/// Width and height of the test picture, in pixels.
pub(super) const SIZE: (usize, usize) = (1280, 720);
/// Pictures a second.
pub(super) const RATE: u32 = 30;

const RADIUS: usize = 90;
/// Side of one dot of a digit, in pixels.
const DOT: usize = 12;
/// Where the digits stand.
const TEXT: (usize, usize) = (160, 560);
const TEXT_LUMA: u8 = 235;

impl TestPicture {
    pub(super) fn new() -> Self {
        let disc = (0..2 * RADIUS)
            .map(|row| {
                let y = row as f64 - RADIUS as f64 + 0.5;
                ((RADIUS * RADIUS) as f64 - y * y).max(0.0).sqrt() as usize
            })
            .collect();
        Self { background: background(), disc, count: 0 }
    }

    /// The next picture, showing this Unix time in milliseconds.
    pub(super) fn next(&mut self, unix_millis: u64) -> Vec<u8> {
        let mut picture = self.background.clone();
        self.count = self.count.wrapping_add(1);
        self.draw_disc(&mut picture);
        draw_time(&mut picture, unix_millis);
        // The strip holds the low 32 bits by definition.
        draw_clock(&mut picture[..SIZE.0 * SIZE.1], SIZE.0, SIZE.1, unix_millis as u32);
        picture
    }

    fn draw_disc(&self, picture: &mut [u8]) {
        let (width, height) = SIZE;
        // To and fro at two paces that never quite repeat, between strip and digits, without a still moment.
        let centre_x = to_and_fro(self.count as usize * 9, RADIUS, width - RADIUS);
        let centre_y = to_and_fro(self.count as usize * 2, 220, 440);
        let (luma, chroma) = picture.split_at_mut(width * height);
        let (blue, red) = chroma.split_at_mut(width * height / 4);
        for (row, &half) in self.disc.iter().enumerate() {
            let y = centre_y + row - RADIUS;
            luma[y * width + centre_x - half..][..2 * half].fill(180);
            if y.is_multiple_of(2) {
                let start = y / 2 * (width / 2) + (centre_x - half) / 2;
                blue[start..][..half].fill(96);
                red[start..][..half].fill(176);
            }
        }
    }
}

/// Walks from one end to the other and back.
fn to_and_fro(way: usize, from: usize, to: usize) -> usize {
    let length = to - from;
    let place = way % (2 * length);
    from + place.min(2 * length - place)
}

/// A slow slope of grey and colour, with a neutral band under the clock strip.
fn background() -> Vec<u8> {
    let (width, height) = SIZE;
    let mut picture = vec![128; width * height * 3 / 2];
    for y in 0..height {
        for x in 0..width {
            picture[y * width + x] = (48 + x * 64 / width + y * 48 / height) as u8;
        }
    }
    for plane in 0..2 {
        let start = width * height + plane * width * height / 4;
        for y in height / 10..height / 2 {
            for x in 0..width / 2 {
                let slope = if plane == 0 { x * 48 / width } else { y * 48 / height };
                picture[start + y * (width / 2) + x] = (116 + slope) as u8;
            }
        }
    }
    picture
}

/// Draws the UTC time of day as `12:34:56.789`.
fn draw_time(picture: &mut [u8], unix_millis: u64) {
    let day = unix_millis % 86_400_000;
    let text = format!("{:02}:{:02}:{:02}.{:03}", day / 3_600_000, day / 60_000 % 60, day / 1000 % 60, day % 1000);
    for (place, character) in text.bytes().enumerate() {
        for (row, dots) in glyph(character).into_iter().enumerate() {
            for column in (0..5).filter(|column| dots >> (4 - column) & 1 == 1) {
                let x = TEXT.0 + (place * 6 + column) * DOT;
                let y = TEXT.1 + row * DOT;
                for line in y..y + DOT {
                    picture[line * SIZE.0 + x..][..DOT].fill(TEXT_LUMA);
                }
            }
        }
    }
}

/// Five by seven dots, a row a byte, the leftmost dot in bit 4.
fn glyph(character: u8) -> [u8; 7] {
    match character {
        b'0' => [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E],
        b'1' => [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
        b'2' => [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F],
        b'3' => [0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E],
        b'4' => [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02],
        b'5' => [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
        b'6' => [0x0E, 0x10, 0x1E, 0x11, 0x11, 0x11, 0x0E],
        b'7' => [0x1F, 0x01, 0x02, 0x04, 0x04, 0x04, 0x04],
        b'8' => [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E],
        b'9' => [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x01, 0x0E],
        b':' => [0x00, 0x04, 0x00, 0x00, 0x04, 0x00, 0x00],
        _ => [0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::clock::decode_clock;

    #[test]
    fn the_picture_tells_its_time_and_moves() {
        let mut test_picture = TestPicture::new();
        let luma = SIZE.0 * SIZE.1;
        let mut last = Vec::new();
        // More than to and fro both ways, so that every edge is met.
        for step in 0..700_u64 {
            let time = 1_763_663_123_456 + step * 33;
            let picture = test_picture.next(time);
            assert_eq!(picture.len(), luma * 3 / 2);
            assert_eq!(decode_clock(&picture[..luma], SIZE.0, SIZE.1), Some(time as u32));
            let middle = picture[SIZE.0 * 150..SIZE.0 * 540].to_vec();
            assert_ne!(middle, last, "the disc stands still at {step}");
            last = middle;
        }
    }
}
