//! The newest encoded pictures of each stream, kept for the web view to pull.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;

use crate::frames::Frame;
use crate::media::VideoCodec;

/// Frames kept for one stream: four seconds of 30. When it is full the oldest goes; a reader that still wanted it
/// starts again at a key frame.
const FRAMES_KEPT: usize = 120;
/// Bytes kept for one stream; counts like [`FRAMES_KEPT`]. Two seconds at twice the highest rate, and a key frame.
const BYTES_KEPT: usize = 2 * 1024 * 1024;
/// A reader this many frames behind is late: it skips to the newest key frame, if there is one ahead of it.
const LATE: u64 = 15;
/// Most bytes of one answer: what a web view takes in between two paints.
const ANSWER_LIMIT: usize = 512 * 1024;
/// The longest wait of one request, so that no request outlives its page by much.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What a page asks for.
#[derive(Debug, Clone, Default)]
pub struct FramesRequest {
    /// The streams it shows, each with the last sequence it has (0 for none).
    pub streams: Vec<(u32, u64)>,
    /// How long to wait for the first frame. At most ten seconds are waited.
    pub wait: Duration,
}

type WantKey = Box<dyn Fn() + Send + Sync>;

/// All streams of one engine.
#[derive(Default)]
pub struct Pictures {
    streams: Mutex<BTreeMap<u32, Stream>>,
    arrived: Notify,
    next: AtomicU32,
}

struct Stream {
    frames: VecDeque<Frame>,
    bytes: usize,
    sequence: u64,
    /// Asks the source for a key frame.
    want_key: WantKey,
    /// A key frame was asked for and has not come.
    waiting_for_key: bool,
}

impl Pictures {
    /// A new stream; `want_key` is called when a reader needs a key frame that is not kept any more.
    pub fn open(&self, want_key: impl Fn() + Send + Sync + 'static) -> u32 {
        let handle = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let stream = Stream {
            frames: VecDeque::new(),
            bytes: 0,
            sequence: 0,
            want_key: Box::new(want_key),
            waiting_for_key: false,
        };
        self.lock().insert(handle, stream);
        handle
    }

    /// Ends a stream; its handle is never given again.
    pub fn close(&self, handle: u32) {
        self.lock().remove(&handle);
    }

    /// Adds a picture. A first picture that is not a key frame is dropped: nothing could be made of it.
    pub fn put(&self, handle: u32, timestamp_us: u64, key: bool, codec: VideoCodec, data: Bytes) {
        let mut streams = self.lock();
        let Some(stream) = streams.get_mut(&handle) else { return };
        if stream.sequence == 0 && !key {
            return;
        }
        stream.sequence += 1;
        stream.waiting_for_key &= !key;
        stream.bytes += data.len();
        stream.frames.push_back(Frame { sequence: stream.sequence, timestamp_us, key, codec, data });
        while stream.frames.len() > FRAMES_KEPT || (stream.bytes > BYTES_KEPT && stream.frames.len() > 1) {
            if let Some(old) = stream.frames.pop_front() {
                stream.bytes -= old.data.len();
            }
        }
        drop(streams);
        self.arrived.notify_waiters();
    }

    /// The frames that are there, or the first that come within the wait, or nothing.
    pub async fn frames(&self, request: &FramesRequest) -> Vec<u8> {
        let until = tokio::time::Instant::now() + request.wait.min(LONGEST_WAIT);
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            // Listening starts before looking, so that a frame between the two is not missed.
            arrived.as_mut().enable();
            let answer = self.take(&request.streams);
            if !answer.is_empty() {
                return answer;
            }
            if tokio::time::timeout_at(until, arrived).await.is_err() {
                return Vec::new();
            }
        }
    }

    fn take(&self, wanted: &[(u32, u64)]) -> Vec<u8> {
        let mut answer = Vec::new();
        let mut streams = self.lock();
        for &(handle, after) in wanted {
            let Some(stream) = streams.get_mut(&handle) else {
                continue;
            };
            for frame in stream.following(after) {
                if !answer.is_empty() && answer.len() + frame.data.len() > ANSWER_LIMIT {
                    break;
                }
                frame.write(handle, &mut answer);
            }
        }
        answer
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Stream>> {
        // A panic while it was held cannot leave it half changed: every change is one push or pop.
        self.streams.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Stream {
    /// What a reader that has `after` gets next.
    fn following(&mut self, after: u64) -> impl Iterator<Item = &Frame> {
        let first = self.frames.front().map_or(u64::MAX, |frame| frame.sequence);
        let newest_key = self.frames.iter().rev().find(|frame| frame.key).map(|frame| frame.sequence);
        // A sequence that was never given belongs to a stream of the past: such a reader has nothing.
        let known = after > 0 && after <= self.sequence && after + 1 >= first;
        let late = self.sequence.saturating_sub(after) > LATE;
        let from = match newest_key {
            _ if known && !late => Some(after + 1),
            Some(key) if !known || key > after => Some(key),
            _ if known => Some(after + 1),
            _ => None,
        };
        if from.is_none() && self.sequence > 0 && !self.waiting_for_key {
            self.waiting_for_key = true;
            (self.want_key)();
        }
        let from = from.unwrap_or(u64::MAX);
        self.frames.iter().filter(move |frame| frame.sequence >= from)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn put(pictures: &Pictures, stream: u32, key: bool) {
        pictures.put(stream, 0, key, VideoCodec::Vp8, Bytes::from_static(&[9; 10]));
    }

    /// The sequences in an answer, with whether each is a key frame.
    fn read(answer: &[u8]) -> Vec<(u64, bool)> {
        let mut rest = answer;
        let mut found = Vec::new();
        while !rest.is_empty() {
            let length = u32::from_le_bytes(rest[..4].try_into().expect("four bytes")) as usize;
            found.push((u64::from_le_bytes(rest[8..16].try_into().expect("eight bytes")), rest[24] == 1));
            rest = &rest[4 + length..];
        }
        found
    }

    fn following(pictures: &Pictures, stream: u32, after: u64) -> Vec<(u64, bool)> {
        read(&pictures.take(&[(stream, after)]))
    }

    #[test]
    fn a_reader_gets_every_frame_once_and_a_new_one_starts_at_the_newest_key() {
        let pictures = Pictures::default();
        let stream = pictures.open(|| {});
        put(&pictures, stream, false);
        assert_eq!(following(&pictures, stream, 0), [], "a picture that nothing precedes is dropped");
        for key in [true, false, false, true, false] {
            put(&pictures, stream, key);
        }
        assert_eq!(following(&pictures, stream, 0), [(4, true), (5, false)]);
        assert_eq!(following(&pictures, stream, 2), [(3, false), (4, true), (5, false)]);
        assert_eq!(following(&pictures, stream, 5), []);
        assert_eq!(following(&pictures, stream, 77), [(4, true), (5, false)], "of another life");
    }

    #[test]
    fn a_late_reader_skips_to_the_newest_key_frame() {
        let pictures = Pictures::default();
        let stream = pictures.open(|| {});
        for index in 0..40 {
            put(&pictures, stream, index == 0 || index == 30);
        }
        assert_eq!(following(&pictures, stream, 5).first(), Some(&(31, true)));
        assert_eq!(following(&pictures, stream, 35).first(), Some(&(36, false)));
    }

    #[test]
    fn a_reader_that_needs_a_key_frame_that_is_gone_has_one_asked_for_once() {
        let asked = Arc::new(AtomicUsize::new(0));
        let pictures = Pictures::default();
        let count = Arc::clone(&asked);
        let stream = pictures.open(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        for index in 0..FRAMES_KEPT + 10 {
            put(&pictures, stream, index == 0);
        }
        assert_eq!(following(&pictures, stream, 0), []);
        assert_eq!(following(&pictures, stream, 0), []);
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        put(&pictures, stream, true);
        assert_eq!(following(&pictures, stream, 0), [(FRAMES_KEPT as u64 + 11, true)]);
    }

    #[test]
    fn no_stream_keeps_more_than_its_share() {
        let pictures = Pictures::default();
        let stream = pictures.open(|| {});
        for index in 0..50 {
            pictures.put(stream, 0, index == 0, VideoCodec::Vp8, Bytes::from(vec![0; 100_000]));
        }
        assert!(pictures.lock()[&stream].bytes <= BYTES_KEPT);
    }

    #[tokio::test]
    async fn a_request_waits_for_the_first_frame_and_ends_without_one() {
        let pictures = Arc::new(Pictures::default());
        let stream = pictures.open(|| {});
        let request = FramesRequest { streams: vec![(stream, 0)], wait: Duration::from_secs(5) };
        let asked = tokio::spawn({
            let pictures = Arc::clone(&pictures);
            async move { pictures.frames(&request).await }
        });
        tokio::task::yield_now().await;
        put(&pictures, stream, true);
        assert_eq!(read(&asked.await.expect("no panic")), [(1, true)]);
        let none = FramesRequest { streams: vec![(stream, 1)], wait: Duration::ZERO };
        assert!(pictures.frames(&none).await.is_empty());
    }
}
