//! Makes whole pictures out of RTP packets: puts them in order, waits a little for what is missing, and gives up
//! on what does not come. Pure: time is an argument.
//!
//! Only pictures that a decoder can use come out: after a hole nothing does until the next key frame, since a web
//! view's decoder would show rubbish, or stop.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::rtp::codec::h264::H264Packet;
use rtc::rtp::codec::vp8::Vp8Packet;
use rtc::rtp::packetizer::Depacketizer;

use crate::media::VideoCodec;

/// Packets kept while something is missing: more than a second of the highest rate. When it is full, what is
/// missing is given up at once.
const PACKETS_KEPT: usize = 1_024;
/// How long a missing packet is waited for, besides two round trips: two rounds of asking again.
const PATIENCE: Duration = Duration::from_millis(120);
/// The longest wait for a missing packet: beyond it a key frame is sooner here.
const LONGEST_PATIENCE: Duration = Duration::from_millis(700);

/// A whole picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Decodable by itself.
    pub key: bool,
    /// In units of 1/90,000 s, unwrapped.
    pub timestamp: u64,
    /// Size in pixels, where the picture tells it (key frames of VP8).
    pub size: Option<(u32, u32)>,
    /// The bytes, as a decoder wants them.
    pub data: Bytes,
}

/// Assembles one stream.
pub struct Assembler {
    codec: VideoCodec,
    packets: BTreeMap<u64, Part>,
    /// Sequence of the packet to come next; everything before is used or given up.
    next: Option<u64>,
    newest: u64,
    /// Since when the packet `next` is missing while later ones are there.
    missing_since: Option<Instant>,
    needs_key: bool,
    last_timestamp: Option<(u32, u64)>,
    round_trip: Duration,
}

struct Part {
    timestamp: u32,
    marker: bool,
    payload: Bytes,
}

impl Assembler {
    /// For a stream of this codec.
    pub fn new(codec: VideoCodec) -> Self {
        Self {
            codec,
            packets: BTreeMap::new(),
            next: None,
            newest: 0,
            missing_since: None,
            needs_key: true,
            last_timestamp: None,
            round_trip: Duration::from_millis(100),
        }
    }

    /// The round trip, which decides how long a packet that was asked for again may take.
    pub fn set_round_trip(&mut self, round_trip: Duration) {
        self.round_trip = round_trip;
    }

    /// Nothing comes out until there is a key frame: one should be asked for.
    pub fn needs_key(&self) -> bool {
        self.needs_key
    }

    /// Takes a packet, in any order and as often as it comes.
    pub fn push(&mut self, sequence: u16, timestamp: u32, marker: bool, payload: Bytes) {
        let sequence = self.unwrap_sequence(sequence);
        if self.next.is_some_and(|next| sequence < next) {
            return;
        }
        self.next.get_or_insert(sequence);
        self.newest = self.newest.max(sequence);
        self.packets.entry(sequence).or_insert(Part { timestamp, marker, payload });
    }

    /// The pictures that are whole by now. Called after packets came and when [`Self::deadline`] is past.
    pub fn take(&mut self, now: Instant) -> Vec<Picture> {
        let mut pictures = Vec::new();
        loop {
            while let Some(picture) = self.take_next() {
                pictures.extend(picture);
            }
            if self.packets.is_empty() {
                self.missing_since = None;
                return pictures;
            }
            // What is next is not whole. Is it only unfinished, or is something missing?
            if !self.has_hole() {
                self.missing_since = None;
                return pictures;
            }
            let since = *self.missing_since.get_or_insert(now);
            let overdue = now.saturating_duration_since(since) >= self.patience() || self.packets.len() > PACKETS_KEPT;
            // A whole key frame behind the hole makes what is missing worthless, but only after the normal wait:
            // pictures in between would be lost with it.
            if !overdue {
                return pictures;
            }
            self.give_up();
        }
    }

    /// When to call [`Self::take`] again though no packet came.
    pub fn deadline(&self) -> Option<Instant> {
        self.missing_since.map(|since| since + self.patience())
    }

    fn patience(&self) -> Duration {
        (self.round_trip * 2 + PATIENCE).min(LONGEST_PATIENCE)
    }

    fn unwrap_sequence(&self, sequence: u16) -> u64 {
        let Some(next) = self.next else {
            // Far from zero, so that packets from before the first one fit in.
            return 0x1_0000 + u64::from(sequence);
        };
        let reference = self.newest.max(next);
        let difference = i64::from(sequence.wrapping_sub(reference as u16) as i16);
        (reference as i64 + difference).max(0) as u64
    }

    fn has_hole(&self) -> bool {
        let Some(next) = self.next else { return false };
        self.newest + 1 - next > self.packets.len() as u64
    }

    /// Takes the next picture if all of it is there. The inner option is none for what is not to be shown.
    fn take_next(&mut self) -> Option<Option<Picture>> {
        let next = self.next?;
        let first = self.packets.get(&next)?;
        let timestamp = first.timestamp;
        let mut end = next;
        loop {
            let part = self.packets.get(&end)?;
            // A packet of the next picture ends this one too: some senders lose the marker with padding.
            if part.timestamp != timestamp {
                break;
            }
            end += 1;
            if part.marker {
                break;
            }
        }
        let parts: Vec<Part> = (next..end).filter_map(|sequence| self.packets.remove(&sequence)).collect();
        self.next = Some(end);
        self.missing_since = None;
        let Some((key, data)) = self.join(&parts) else {
            return Some(None);
        };
        if self.needs_key && !key {
            return Some(None);
        }
        self.needs_key = false;
        let timestamp = self.unwrap_timestamp(timestamp);
        let size = if key { key_size(self.codec, &data) } else { None };
        Some(Some(Picture { key, timestamp, size, data }))
    }

    /// Drops what is incomplete: up to the next key frame that has begun, or everything.
    fn give_up(&mut self) {
        self.needs_key = true;
        self.missing_since = None;
        let begin =
            self.packets.iter().find(|(_, part)| starts_key(self.codec, &part.payload)).map(|(sequence, _)| *sequence);
        // The beginning of a key frame right at `next` would be found again and again if its end were the hole.
        let stuck = begin == self.next;
        match begin {
            Some(begin) if !stuck => {
                self.packets = self.packets.split_off(&begin);
                self.next = Some(begin);
            }
            _ => {
                let later = self.next.and_then(|next| {
                    self.packets
                        .iter()
                        .find(|(sequence, part)| **sequence > next && starts_key(self.codec, &part.payload))
                        .map(|(s, _)| *s)
                });
                let from = later.unwrap_or(self.newest + 1);
                self.packets = self.packets.split_off(&from);
                self.next = Some(from);
            }
        }
    }

    fn unwrap_timestamp(&mut self, timestamp: u32) -> u64 {
        let unwrapped = match self.last_timestamp {
            None => u64::from(timestamp),
            Some((last, unwrapped)) => unwrapped.saturating_add_signed(i64::from(timestamp.wrapping_sub(last) as i32)),
        };
        self.last_timestamp = Some((timestamp, unwrapped));
        unwrapped
    }

    /// The payload of a whole picture, and whether it is a key frame; none for padding or what cannot be read.
    fn join(&self, parts: &[Part]) -> Option<(bool, Bytes)> {
        let mut data = BytesMut::new();
        let mut key = false;
        let mut h264 = H264Packet::default();
        let parts: Vec<_> = parts.iter().filter(|part| !part.payload.is_empty()).collect();
        for (index, part) in parts.iter().enumerate() {
            match self.codec {
                VideoCodec::Vp8 => {
                    let mut header = Vp8Packet::default();
                    let payload = header.depacketize(&part.payload).ok()?;
                    if index == 0 {
                        if header.s != 1 || header.pid != 0 {
                            return None;
                        }
                        // RFC 6386 section 9.1: the lowest bit of the first byte is 0 in a key frame.
                        key = payload.first().is_some_and(|byte| byte & 1 == 0);
                    }
                    data.extend_from_slice(&payload);
                }
                VideoCodec::H264 => {
                    key |= index == 0 && starts_key(self.codec, &part.payload);
                    data.extend_from_slice(&h264.depacketize(&part.payload).ok()?);
                }
            }
        }
        (!data.is_empty()).then(|| (key, data.freeze()))
    }
}

/// Whether a packet is the first of a key frame.
fn starts_key(codec: VideoCodec, payload: &Bytes) -> bool {
    match codec {
        VideoCodec::Vp8 => {
            let mut header = Vp8Packet::default();
            header
                .depacketize(payload)
                .is_ok_and(|data| header.s == 1 && header.pid == 0 && data.first().is_some_and(|byte| byte & 1 == 0))
        }
        // RFC 6184: parameter sets (alone or first in an aggregate) or an IDR slice (whole, or its first fragment).
        VideoCodec::H264 => match payload.first().map(|byte| byte & 0x1f) {
            Some(5 | 7) => true,
            Some(24) => payload.get(3).is_some_and(|byte| matches!(byte & 0x1f, 5 | 7)),
            Some(28) => payload.get(1).is_some_and(|byte| byte & 0x80 != 0 && byte & 0x1f == 5),
            _ => false,
        },
    }
}

/// The size in a VP8 key frame (RFC 6386 section 9.1: start code, then 14 bits each).
fn key_size(codec: VideoCodec, data: &[u8]) -> Option<(u32, u32)> {
    match codec {
        VideoCodec::Vp8 => match data.get(3..10)? {
            [0x9d, 0x01, 0x2a, w0, w1, h0, h1] => Some((
                u32::from(u16::from_le_bytes([*w0, *w1]) & 0x3fff),
                u32::from(u16::from_le_bytes([*h0, *h1]) & 0x3fff),
            )),
            _ => None,
        },
        VideoCodec::H264 => None,
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
