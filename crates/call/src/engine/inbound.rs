//! What a peer sends: pictures go whole and still encoded to the web view, voice goes to the loudspeaker.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use tokio::sync::Notify;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};

use super::assemble::Assembler;
use super::capture::Loudspeaker;
use super::live::Live;
use super::pictures::Pictures;
use crate::media::VideoCodec;

/// A key frame is not asked for more often than this: one takes a round trip and fills a narrow link for long enough.
const KEY_PAUSE: Duration = Duration::from_millis(500);
/// Without a packet the assembler is looked at this often.
const IDLE: Duration = Duration::from_millis(500);

/// Where what comes in goes.
#[derive(Clone)]
pub struct Inlet {
    /// For pictures.
    pub pictures: Arc<Pictures>,
    /// For voice.
    pub loudspeaker: Arc<Loudspeaker>,
    /// The link's state.
    pub live: Arc<Live>,
}

impl Inlet {
    /// Takes a track in until it ends.
    pub async fn take(self, track: Arc<dyn TrackRemote>) {
        match track.kind().await {
            RtpCodecKind::Audio => self.take_voice(&*track).await,
            RtpCodecKind::Video => self.take_pictures(&*track).await,
            _ => {}
        }
    }

    async fn take_voice(self, track: &dyn TrackRemote) {
        let voice = match self.loudspeaker.voice().await {
            Ok(voice) => voice,
            Err(fault) => {
                tracing::warn!(%fault, "a voice has no loudspeaker");
                return;
            }
        };
        self.live.rest().voice = Some(Arc::clone(&voice));
        while let Some(event) = track.poll().await {
            if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                self.live.voice_in.fetch_add(1, Ordering::Relaxed);
                voice.push(packet.header.sequence_number, packet.header.timestamp, packet.payload);
            }
        }
        self.live.rest().voice = None;
    }

    async fn take_pictures(self, track: &dyn TrackRemote) {
        let Some(ssrc) = track.ssrcs().await.first().copied() else {
            return;
        };
        let codec = match track.codec(ssrc).await {
            Some(codec) if codec.mime_type.eq_ignore_ascii_case("video/H264") => VideoCodec::H264,
            _ => VideoCodec::Vp8,
        };
        let wanted = Arc::new(Notify::new());
        let handle = self.pictures.open({
            let wanted = Arc::clone(&wanted);
            move || wanted.notify_one()
        });
        self.live.rest().in_codec = Some(codec);
        self.live.stream.store(handle, Ordering::Relaxed);
        let _shown = Shown { inlet: &self, handle };
        self.pump(track, ssrc, codec, handle, &wanted).await;
    }

    async fn pump(&self, track: &dyn TrackRemote, ssrc: u32, codec: VideoCodec, handle: u32, wanted: &Notify) {
        let mut assembler = Assembler::new(codec);
        let mut asked: Option<Instant> = None;
        let mut reader_waits = false;
        loop {
            let until = assembler.deadline().unwrap_or_else(|| Instant::now() + IDLE);
            let mut flowing = false;
            tokio::select! {
                event = track.poll() => match event {
                    Some(TrackRemoteEvent::OnRtpPacket(packet)) => {
                        flowing = true;
                        assembler.push(packet.header.sequence_number, packet.header.timestamp, packet.header.marker, packet.payload);
                    }
                    Some(_) => {}
                    None => return,
                },
                () = tokio::time::sleep_until(until.into()) => {}
                () = wanted.notified() => reader_waits = true,
            }
            let now = Instant::now();
            if let Some(round_trip) = self.live.wire.round_trip() {
                assembler.set_round_trip(round_trip);
            }
            for picture in assembler.take(now) {
                self.live.frames_in.fetch_add(1, Ordering::Relaxed);
                if picture.size.is_some() {
                    self.live.rest().in_size = picture.size;
                }
                reader_waits &= !picture.key;
                self.pictures.put(handle, picture.timestamp * 100 / 9, picture.key, codec, picture.data);
            }
            let needed = reader_waits || (flowing && assembler.needs_key());
            if needed && asked.is_none_or(|at| now.saturating_duration_since(at) >= KEY_PAUSE) {
                asked = Some(now);
                let request = PictureLossIndication { sender_ssrc: 0, media_ssrc: ssrc };
                if track.write_rtcp(vec![Box::new(request)]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A peer's picture that is shown; not any more when this is dropped, also when the task is cut off.
struct Shown<'a> {
    inlet: &'a Inlet,
    handle: u32,
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        // A newer track of the same link may be shown already.
        let _ = self.inlet.live.stream.compare_exchange(self.handle, 0, Ordering::Relaxed, Ordering::Relaxed);
        self.inlet.pictures.close(self.handle);
    }
}
