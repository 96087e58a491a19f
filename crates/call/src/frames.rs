//! How encoded pictures reach the web view: raw bytes, pulled.
//!
//! The page asks for the streams it shows; the answer comes as soon as there is at least one frame, or empty
//! after the wait it named. One answer is a run of frames, each:
//!
//! ```text
//! u32 length of what follows (24 + payload) | u32 stream | u64 sequence | u64 timestamp, microseconds
//! u8 flags (1 = key frame) | u8 codec (1 = VP8, 2 = H.264 Annex B) | u16 zero | payload
//! ```
//!
//! All numbers are little-endian. `sequence` counts up by one per stream; a hole, or a first frame that is not a key
//! frame, cannot happen: a reader that came late is given the newest key frame and what followed it.

use bytes::Bytes;

use crate::media::VideoCodec;

/// Bytes of one frame before its payload, the length included.
pub const HEADER: usize = 28;

/// One whole encoded picture of one stream.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Counts up by one per stream.
    pub sequence: u64,
    /// On the sender's clock, in microseconds from an arbitrary start.
    pub timestamp_us: u64,
    /// Decodable by itself.
    pub key: bool,
    /// Its codec.
    pub codec: VideoCodec,
    /// The bytes, as the decoder wants them.
    pub data: Bytes,
}

impl Frame {
    /// Appends this frame to an answer.
    pub fn write(&self, stream: u32, answer: &mut Vec<u8>) {
        answer.reserve(HEADER + self.data.len());
        answer.extend_from_slice(&((HEADER - 4 + self.data.len()) as u32).to_le_bytes());
        answer.extend_from_slice(&stream.to_le_bytes());
        answer.extend_from_slice(&self.sequence.to_le_bytes());
        answer.extend_from_slice(&self.timestamp_us.to_le_bytes());
        answer.push(u8::from(self.key));
        answer.push(match self.codec {
            VideoCodec::Vp8 => 1,
            VideoCodec::H264 => 2,
        });
        answer.extend_from_slice(&[0, 0]);
        answer.extend_from_slice(&self.data);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_written_as_the_page_reads_it() {
        let frame = Frame {
            sequence: 7,
            timestamp_us: 33_000,
            key: true,
            codec: VideoCodec::H264,
            data: Bytes::from_static(b"abc"),
        };
        let mut answer = Vec::new();
        frame.write(2, &mut answer);
        let mut expected = vec![27, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0];
        expected.extend_from_slice(&33_000u64.to_le_bytes());
        expected.extend_from_slice(&[1, 2, 0, 0, b'a', b'b', b'c']);
        assert_eq!(answer, expected);
    }
}
