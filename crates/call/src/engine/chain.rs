//! The interceptors of one peer connection, in the order of the wire.
//!
//! ```text
//! wire   Tap             counts, reads report blocks and key frame requests   (traps 4 and 5 of the transport)
//!        congestion      our own controller on the BandwidthEstimator seam    (trap 8: no built-in estimator)
//!        TWCC sender     numbers every packet, repairs too
//!        Resend          answers NACK, at most once a round trip per packet   (trap 8: no storms of repairs)
//!        NACK generator, TWCC receiver, receiver and sender reports
//! app
//! ```
//!
//! There is no pacer in this chain, since one that keeps the order of arrival makes voice wait behind pictures: only the
//! packets of a picture are spread, before they come here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rtc::interceptor::{
    BandwidthEstimator, CongestionControlBuilder, Interceptor, NackGeneratorBuilder, Packet, PacketReport,
    ReceiverReportBuilder, Registry, SenderReportBuilder, Slot, StreamInfo, TaggedPacket, TwccReceiverBuilder,
    TwccSenderBuilder,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use super::resend::Resend;
use super::wire::Wire;
use crate::controller::{Controller, Fate, Limits};

/// How often missing packets are asked for. The sender answers at most once a round trip.
const NACK_INTERVAL: Duration = Duration::from_millis(20);
/// How often one packet is asked for: for half a second, after which a key frame is sooner.
const NACKS: u16 = 25;
/// How often arrivals are reported: twice as often as the default, since the peer's estimate of its uplink grows with each
/// report and stayed low for ten seconds and more with the default (trap 11).
const FEEDBACK_INTERVAL: Duration = Duration::from_millis(50);
/// Wire-most: it must see what really leaves and arrives.
const TAP: usize = 500;

/// The chain for one connection. The media engine must offer `transport-cc`, `nack` and their header extension.
pub fn chain(wire: &Arc<Wire>, limits: Limits) -> Registry {
    let estimator = Steered { controller: Controller::new(limits), wire: Arc::clone(wire), next: None };
    Registry::new()
        .with(Slot::from(TAP), Tap { wire: Arc::clone(wire), queues: Queues::default() })
        .with(Slot::CongestionControl, WithRepairs(CongestionControlBuilder::new(estimator).build()))
        .with(Slot::TwccSender, WithRepairs(TwccSenderBuilder::new().build()))
        .with(Slot::NackResponder, Resend::new(Arc::clone(wire)))
        .with(
            Slot::NackGenerator,
            NackGeneratorBuilder::new().with_interval(NACK_INTERVAL).with_max_nacks_per_packet(NACKS).build(),
        )
        .with(Slot::TwccReceiver, TwccReceiverBuilder::new().with_interval(FEEDBACK_INTERVAL).build())
        .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
        .with(Slot::SenderReport, SenderReportBuilder::new().build())
}

/// Packets on their way through an interceptor. Emptied by the chain after every packet, so they hold a handful.
#[derive(Default)]
pub(super) struct Queues {
    pub(super) read: std::collections::VecDeque<TaggedPacket>,
    pub(super) write: std::collections::VecDeque<TaggedPacket>,
}

/// Our controller in the place of an estimator.
struct Steered {
    controller: Controller,
    wire: Arc<Wire>,
    next: Option<Instant>,
}

impl Steered {
    fn publish(&mut self, now: Instant) {
        self.next = Some(now + Duration::from_millis(250));
        self.wire.controller_says(self.controller.kbps(), self.controller.loss(), self.controller.round_trip());
    }
}

impl BandwidthEstimator for Steered {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        let fates: Vec<Fate> = reports
            .iter()
            // Arrived at an unknown moment is neither a loss nor a delay, and what was never reported is neither too.
            .filter(|report| {
                self.wire.was_reported(report.twcc_sequence_number) && (!report.arrived || report.arrival.is_some())
            })
            .map(|report| Fate {
                departed: report.departure,
                arrived: report.arrival.filter(|_| report.arrived),
                size: report.size,
            })
            .collect();
        self.controller.on_feedback(now, &fates);
        self.publish(now);
    }

    fn target_bitrate(&self) -> f64 {
        self.controller.kbps() * 1_000.0
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.next.is_some_and(|next| next <= now) {
            self.controller.on_time(now);
            self.publish(now);
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }
}

/// An interceptor that also takes the repair stream (RFC 4588) of each stream it is bound to. The transport binds the
/// media stream only, so that repairs would be neither numbered nor counted, and the controller would send more
/// just when packets are lost.
struct WithRepairs<I>(I);

impl<I: Interceptor> Protocol<TaggedPacket, TaggedPacket, ()> for WithRepairs<I> {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.0.handle_read(packet)
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.0.poll_read()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.0.handle_write(packet)
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.0.poll_write()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.0.handle_timeout(now)
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.0.poll_timeout()
    }
}

impl<I: Interceptor> Interceptor for WithRepairs<I> {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        self.0.bind_local_stream(info);
        if let Some(repairs) = repair_stream(info) {
            self.0.bind_local_stream(&repairs);
        }
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.0.unbind_local_stream(info);
        if let Some(repairs) = repair_stream(info) {
            self.0.unbind_local_stream(&repairs);
        }
    }

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        self.0.bind_remote_stream(info);
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.0.unbind_remote_stream(info);
    }
}

fn repair_stream(info: &StreamInfo) -> Option<StreamInfo> {
    info.ssrc_rtx.map(|ssrc| StreamInfo { ssrc, ssrc_rtx: None, ..info.clone() })
}

/// Counts what passes and reads what the peer reports. It takes key frame requests out itself, so that no RTCP
/// needs to be marked for delivery to the application.
struct Tap {
    wire: Arc<Wire>,
    queues: Queues,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        match &packet.message.packet {
            Packet::Rtp(rtp) => self.wire.rtp_in(rtp),
            Packet::Rtcp(rtcp) => self.wire.rtcp_in(packet.now, rtcp),
            _ => {}
        }
        self.queues.read.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.queues.read.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        match &packet.message.packet {
            Packet::Rtp(rtp) => self.wire.rtp_out(rtp),
            Packet::Rtcp(rtcp) => self.wire.rtcp_out(packet.now, rtcp),
            _ => {}
        }
        self.queues.write.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.queues.write.pop_front()
    }

    fn handle_timeout(&mut self, _now: Instant) -> Result<(), Error> {
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _info: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
