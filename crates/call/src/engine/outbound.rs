//! What we send: encoded pictures and voice from the shared camera and microphone, as RTP, to one peer.
//!
//! Voice and pictures are two tasks. Voice is written the moment it is there; the packets of a picture are spread over
//! time, so that a key frame does not stand in front of voice in the queue of a narrow link.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::rtp;
use rtc::rtp::codec::h264::H264Payloader;
use rtc::rtp::codec::vp8::Vp8Payloader;
use rtc::rtp::packetizer::Payloader;
use tokio::sync::broadcast::error::RecvError;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

use super::capture::Outlet;
use super::live::Live;
use crate::media::VideoCodec;

/// Largest RTP payload: with RTP, its extensions, SRTP, UDP, TURN and IPv6 still below 1,280 bytes.
const PAYLOAD: usize = 1_150;
/// A picture leaves at this multiple of the allowed rate: fast enough for its place in time, slow enough for the voice.
const SPREAD: f64 = 2.5;
/// Pauses shorter than this are saved up: the timer is no finer.
const SHORTEST_SLEEP: Duration = Duration::from_millis(2);
/// Voice that is this far (1/48,000 s) from where it should join is after a pause: 100 ms.
const PAUSE: u32 = 4_800;
/// More pictures than this waiting mean that sending cannot follow: they are dropped up to the next key frame.
const BEHIND: usize = 6;

/// One outgoing RTP stream.
pub struct Stream {
    /// The transport's track.
    pub track: Arc<TrackLocalStaticRTP>,
    /// Its synchronisation source.
    pub ssrc: u32,
    /// The payload type that was negotiated, which may differ from the one we registered.
    pub payload_type: u8,
}

/// Sends voice until the track or the microphone ends.
pub async fn send_voice(stream: Stream, outlet: Arc<Outlet>, live: Arc<Live>) {
    let mut packets = outlet.voice();
    let (mut sequence, base) = (random() as u16, random());
    let mut next: Option<u32> = None;
    loop {
        let packet = match packets.recv().await {
            Ok(packet) => packet,
            // What was missed is past; the receiver conceals it.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        if !live.connected.load(Ordering::Relaxed) {
            continue;
        }
        sequence = sequence.wrapping_add(1);
        let captured = base.wrapping_add(outlet.ticks(packet.captured, 48_000));
        // Sample by sample from packet to packet: a receiver stretches or conceals whatever does not join, and the clock
        // of the capture trembles. Only a real pause moves it.
        let timestamp =
            next.filter(|next| (captured.wrapping_sub(*next) as i32).unsigned_abs() < PAUSE).unwrap_or(captured);
        next = Some(timestamp.wrapping_add((packet.duration.as_micros() * 48 / 1_000) as u32));
        if write(&stream, sequence, timestamp, false, packet.data.clone()).await.is_err() {
            return;
        }
    }
}

/// Sends pictures until the track or the camera ends.
pub async fn send_pictures(stream: Stream, codec: VideoCodec, outlet: Arc<Outlet>, live: Arc<Live>) {
    let mut frames = outlet.pictures();
    let mut payloader: Box<dyn Payloader> = match codec {
        VideoCodec::Vp8 => {
            let mut payloader = Vp8Payloader::default();
            payloader.enable_picture_id = true;
            Box::new(payloader)
        }
        VideoCodec::H264 => Box::new(H264Payloader::default()),
    };
    let (mut sequence, base) = (random() as u16, random());
    let mut needs_key = true;
    let mut spread = Spread::default();
    loop {
        let frame = match frames.recv().await {
            Ok(frame) => frame,
            Err(RecvError::Lagged(_)) => {
                needs_key = true;
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let allowed = live.rest().plan.and_then(|plan| plan.picture).map(|picture| f64::from(picture.kbps));
        let Some(kbps) = allowed.filter(|_| live.connected.load(Ordering::Relaxed) && frame.codec == codec) else {
            needs_key = true;
            continue;
        };
        needs_key |= frames.len() > BEHIND;
        if needs_key && !frame.key {
            outlet.want_key_frame();
            continue;
        }
        needs_key = false;
        let timestamp = base.wrapping_add(outlet.ticks(frame.captured, 90_000));
        let Ok(payloads) = payloader.payload(PAYLOAD, &frame.data) else {
            continue;
        };
        let last = payloads.len().saturating_sub(1);
        for (index, payload) in payloads.into_iter().enumerate() {
            spread.wait(payload.len(), kbps).await;
            sequence = sequence.wrapping_add(1);
            if write(&stream, sequence, timestamp, index == last, payload).await.is_err() {
                return;
            }
        }
        live.frames_out.fetch_add(1, Ordering::Relaxed);
        live.rest().out_size = Some(frame.size);
    }
}

/// Spreads packets over time.
#[derive(Default)]
struct Spread {
    /// When the next packet may leave.
    next: Option<Instant>,
}

impl Spread {
    async fn wait(&mut self, bytes: usize, kbps: f64) {
        let now = Instant::now();
        let next = self.next.unwrap_or(now).max(now);
        if next - now >= SHORTEST_SLEEP {
            tokio::time::sleep_until(next.into()).await;
        }
        self.next = Some(next + Duration::from_secs_f64(bytes as f64 * 8.0 / 1_000.0 / (kbps.max(100.0) * SPREAD)));
    }
}

async fn write(
    stream: &Stream,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    payload: Bytes,
) -> webrtc::error::Result<()> {
    let header = rtp::header::Header {
        version: 2,
        marker,
        payload_type: stream.payload_type,
        sequence_number: sequence,
        timestamp,
        ssrc: stream.ssrc,
        ..Default::default()
    };
    stream.track.write_rtp(rtp::Packet { header, payload }).await
}

/// 32 random bits (RFC 3550 section 5.1: sequence, timestamp and source start at random).
pub fn random() -> u32 {
    getrandom::u32().expect("BUG: the system has no random numbers")
}
