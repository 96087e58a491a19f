//! How a peer connection of the transport is set up: codecs, header extensions, timers, interceptors.

use std::sync::Arc;
use std::time::Duration;

use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::Registry;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_RTX, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder, RTCIceServer,
    RTCIceTransportPolicy, SettingEngineBuilder,
};

use super::chain::chain;
use super::live::Live;
use super::relay_line::{self, RelayLines};
use crate::media::VideoCodec;
use crate::signal::IceServer;

/// draft-holmer-rmcat-transport-wide-cc-extensions-01.
const TRANSPORT_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
/// A relayed path is taken after this even though a direct one may still be found: the default of two seconds is most
/// of the time that a caller behind a strict firewall waits.
const RELAY_WAIT: Duration = Duration::from_millis(300);
/// Nothing heard for this long: the path is in trouble. Voice alone sends fifty packets a second.
const DISCONNECTED: Duration = Duration::from_secs(2);
/// In trouble for this long: the path is gone.
const FAILED: Duration = Duration::from_secs(8);
/// Consent is refreshed this often.
const KEEP_ALIVE: Duration = Duration::from_secs(1);

/// What a connection is set up with.
pub struct Setup<'a> {
    /// Relays and address servers.
    pub servers: &'a [IceServer],
    /// Addresses to bind to.
    pub addresses: &'a [String],
    /// Only paths through a relay.
    pub relay_only: bool,
    /// The codec of our pictures, offered first.
    pub preferred: VideoCodec,
    /// Where figures go.
    pub live: &'a Arc<Live>,
}

/// Builds a connection that waits for an offer. The lines must be held as long as it is.
pub async fn build(
    setup: Setup<'_>,
    handler: Arc<dyn PeerConnectionEventHandler>,
) -> webrtc::error::Result<(Arc<dyn PeerConnection>, RelayLines)> {
    let (servers, lines) = relay_line::reach(setup.servers).await;
    let setup = Setup { servers: &servers, ..setup };
    let connection = match attempt(&setup, Arc::clone(&handler), MulticastDnsMode::QueryOnly).await {
        Ok(connection) => connection,
        Err(error) => {
            // UDP port 5353 may be taken or forbidden, which the transport takes for a hard error. Without it, names
            // ending in .local are not resolved, and the peer's own checks show its address instead.
            tracing::info!(%error, "trying without multicast DNS");
            attempt(&setup, handler, MulticastDnsMode::Disabled).await?
        }
    };
    Ok((connection, lines))
}

async fn attempt(
    setup: &Setup<'_>,
    handler: Arc<dyn PeerConnectionEventHandler>,
    names: MulticastDnsMode,
) -> webrtc::error::Result<Arc<dyn PeerConnection>> {
    let (media, registry) = media_engine(setup.preferred, setup.live)?;
    let settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(names)
        .with_relay_acceptance_min_wait(Some(RELAY_WAIT))
        .with_ice_timeouts(Some(DISCONNECTED), Some(FAILED), Some(KEEP_ALIVE))
        // As DTLS client we resend what is lost; as server a lost flight is never sent again.
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .build();
    let policy = if setup.relay_only { RTCIceTransportPolicy::Relay } else { RTCIceTransportPolicy::All };
    let configuration = RTCConfigurationBuilder::new()
        .with_ice_servers(setup.servers.iter().filter_map(usable).collect())
        .with_ice_transport_policy(policy)
        .build();
    let connection = PeerConnectionBuilder::new()
        .with_configuration(configuration)
        .with_media_engine(media)
        .with_setting_engine(settings)
        .with_interceptor_registry(registry)
        .with_handler(handler)
        .with_udp_addrs(setup.addresses.to_vec())
        .build()
        .await?;
    Ok(Arc::new(connection))
}

/// A server as the transport takes it: without what it would warn of on each call and skip.
fn usable(server: &IceServer) -> Option<RTCIceServer> {
    let urls: Vec<String> =
        server.urls.iter().filter(|url| url.starts_with("stun:") || url.starts_with("turn:")).cloned().collect();
    (!urls.is_empty()).then(|| RTCIceServer {
        urls,
        username: server.username.clone().unwrap_or_default(),
        credential: server.credential.clone().unwrap_or_default(),
    })
}

fn media_engine(preferred: VideoCodec, live: &Arc<Live>) -> webrtc::error::Result<(MediaEngine, Registry)> {
    let mut media = MediaEngine::default();
    media.register_codec(opus(), RtpCodecKind::Audio)?;
    let other = match preferred {
        VideoCodec::Vp8 => VideoCodec::H264,
        VideoCodec::H264 => VideoCodec::Vp8,
    };
    for codec in [preferred, other] {
        let (codec, repairs) = video(codec);
        media.register_codec(codec, RtpCodecKind::Video)?;
        media.register_codec(repairs, RtpCodecKind::Video)?;
    }
    for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
        media.register_feedback(feedback("transport-cc", ""), kind);
        media.register_header_extension(
            RTCRtpHeaderExtensionCapability { uri: TRANSPORT_CC.to_owned() },
            kind,
            None,
        )?;
    }
    Ok((media, chain(&live.wire, live.limits)))
}

/// Opus as we offer it: with its own repair data, so that a lost packet is heard from the next one.
pub fn opus() -> RTCRtpCodecParameters {
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: MIME_TYPE_OPUS.to_owned(),
            clock_rate: 48_000,
            channels: 2,
            sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
            rtcp_feedback: Vec::new(),
        },
        payload_type: 111,
    }
}

/// A picture codec and its repair stream. Without the latter 4 % loss cost 47 packets and a storm of key frames; with it nothing.
pub fn video(codec: VideoCodec) -> (RTCRtpCodecParameters, RTCRtpCodecParameters) {
    let (payload_type, fmtp) = match codec {
        VideoCodec::Vp8 => (96, ""),
        VideoCodec::H264 => (102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"),
    };
    let parameters = |mime: &str, fmtp: &str, rtcp_feedback, payload_type| RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: mime.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: fmtp.to_owned(),
            rtcp_feedback,
        },
        payload_type,
    };
    let asked = vec![feedback("ccm", "fir"), feedback("nack", ""), feedback("nack", "pli")];
    let repairs = format!("apt={payload_type}");
    (
        parameters(mime(codec), fmtp, asked, payload_type),
        parameters(MIME_TYPE_RTX, &repairs, Vec::new(), payload_type + 1),
    )
}

/// The codec's media type.
pub fn mime(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::Vp8 => MIME_TYPE_VP8,
        VideoCodec::H264 => MIME_TYPE_H264,
    }
}

/// The codec to send with, for an offer: H.264 only where we prefer it and the other side has it in the form we make.
pub fn choose(offer: &str, preferred: VideoCodec) -> VideoCodec {
    let lower = offer.to_ascii_lowercase();
    let has_h264 =
        lower.contains("h264/90000") && lower.contains("packetization-mode=1") && lower.contains("profile-level-id=42");
    match preferred {
        VideoCodec::H264 if has_h264 => VideoCodec::H264,
        VideoCodec::H264 | VideoCodec::Vp8 => VideoCodec::Vp8,
    }
}

fn feedback(typ: &str, parameter: &str) -> RTCPFeedback {
    RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() }
}
