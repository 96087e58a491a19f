//! What is measured on the wire of one peer connection, shared between the interceptors, which write it, and the
//! link, which reads it. One lock: it is taken for a few additions per packet, by one reader a few times a second.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rtc::interceptor::convert_twcc;
use rtc::rtcp;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::rtp;

/// Sender reports remembered, to know when a report block answers one: at one a second and stream, half a minute.
/// When it is full the oldest goes, whose answer would say nothing of now.
const REPORTS_KEPT: usize = 64;

/// Shared figures of one peer connection.
pub struct Wire {
    measured: Mutex<Measured>,
    reported: Mutex<Reported>,
    want_key: Box<dyn Fn() + Send + Sync>,
}

/// Sums since the connection began, and latest values.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// RTP bytes received, repairs included.
    pub bytes_in: u64,
    /// RTP bytes sent, repairs included.
    pub bytes_out: u64,
    /// RTP packets received in the streams' own sequence, and how many there should have been.
    pub received: u64,
    /// See `received`.
    pub expected: u64,
    /// Round trip as report blocks show it (RFC 3550 section 6.4.1), smoothed.
    pub round_trip: Option<Duration>,
    /// Loss of what we send as the last report blocks say, by our stream.
    pub reported_loss: BTreeMap<u32, f64>,
    /// What the bandwidth controller allows, in kbit/s; none before its first feedback.
    pub allowed_kbps: Option<f64>,
    /// Loss of what we send, as the controller sees it.
    pub loss_out: f64,
    /// Round trip as transport feedback shows it.
    pub feedback_round_trip: Option<Duration>,
    /// Key frames that the peer asked for.
    pub key_requests: u64,
    /// Packets sent again.
    pub resent: u64,
    streams: BTreeMap<u32, Reception>,
    reports: VecDeque<(u32, Instant)>,
}

/// Which transport-wide sequence numbers the peer said anything of, one bit each.
struct Reported(Vec<u64>);

impl Reported {
    fn mark(&mut self, sequence: u16) {
        self.0[usize::from(sequence / 64)] |= 1 << (sequence % 64);
    }

    fn take(&mut self, sequence: u16) -> bool {
        let (word, bit) = (&mut self.0[usize::from(sequence / 64)], 1u64 << (sequence % 64));
        let was = *word & bit != 0;
        *word &= !bit;
        was
    }
}

#[derive(Debug, Clone)]
struct Reception {
    highest: u64,
}

impl Wire {
    /// Nothing measured yet. `want_key` is called when the peer asks for a key frame.
    pub fn new(want_key: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            measured: Mutex::default(),
            reported: Mutex::new(Reported(vec![0; 1_024])),
            want_key: Box::new(want_key),
        }
    }

    /// The figures as they are now.
    pub fn measured(&self) -> Measured {
        self.lock().clone()
    }

    /// The round trip, from whatever shows it.
    pub fn round_trip(&self) -> Option<Duration> {
        let measured = self.lock();
        measured.round_trip.or(measured.feedback_round_trip)
    }

    /// What the controller says.
    pub(super) fn controller_says(&self, kbps: f64, loss: f64, round_trip: Duration) {
        let mut measured = self.lock();
        measured.allowed_kbps = Some(kbps);
        measured.loss_out = loss;
        measured.feedback_round_trip = Some(round_trip);
    }

    /// Whether the peer said anything of this packet. The transport takes silence for loss; but where a report itself was
    /// lost, a fifth of lost packets would look like a third, and the rate would fall through the floor.
    pub(super) fn was_reported(&self, sequence: u16) -> bool {
        self.reported.lock().unwrap_or_else(PoisonError::into_inner).take(sequence)
    }

    pub(super) fn count_resent(&self) {
        self.lock().resent += 1;
    }

    pub(super) fn rtp_in(&self, packet: &rtp::Packet) {
        let mut measured = self.lock();
        measured.bytes_in += (packet.payload.len() + 12) as u64;
        let sequence = packet.header.sequence_number;
        let mut grown = 1;
        match measured.streams.get_mut(&packet.header.ssrc) {
            None => {
                measured.streams.insert(packet.header.ssrc, Reception { highest: 0x1_0000 + u64::from(sequence) });
            }
            Some(stream) => {
                let step = i64::from(sequence.wrapping_sub(stream.highest as u16) as i16).max(0);
                stream.highest += step as u64;
                grown = step as u64;
            }
        }
        measured.expected += grown;
        measured.received += 1;
    }

    pub(super) fn rtp_out(&self, packet: &rtp::Packet) {
        self.lock().bytes_out += (packet.payload.len() + 12) as u64;
    }

    pub(super) fn rtcp_out(&self, now: Instant, packets: &[Box<dyn rtcp::Packet>]) {
        for packet in packets {
            if let Some(report) = packet.as_any().downcast_ref::<rtcp::sender_report::SenderReport>() {
                let mut measured = self.lock();
                if measured.reports.len() >= REPORTS_KEPT {
                    measured.reports.pop_front();
                }
                measured.reports.push_back(((report.ntp_time >> 16) as u32, now));
            }
        }
    }

    pub(super) fn rtcp_in(&self, now: Instant, packets: &[Box<dyn rtcp::Packet>]) {
        for packet in packets {
            let any = packet.as_any();
            // Chromium sends its report blocks inside sender reports as soon as it sends media itself: both are read.
            if let Some(report) = any.downcast_ref::<rtcp::sender_report::SenderReport>() {
                self.report_blocks(now, &report.reports);
            } else if let Some(report) = any.downcast_ref::<rtcp::receiver_report::ReceiverReport>() {
                self.report_blocks(now, &report.reports);
            } else if let Some(report) = any.downcast_ref::<TransportLayerCc>() {
                let mut reported = self.reported.lock().unwrap_or_else(PoisonError::into_inner);
                convert_twcc(report).iter().for_each(|acknowledged| reported.mark(acknowledged.sequence_number));
            } else if any.is::<rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication>()
                || any.is::<rtcp::payload_feedbacks::full_intra_request::FullIntraRequest>()
            {
                self.lock().key_requests += 1;
                (self.want_key)();
            }
        }
    }

    fn report_blocks(&self, now: Instant, blocks: &[ReceptionReport]) {
        let mut measured = self.lock();
        for block in blocks {
            measured.reported_loss.insert(block.ssrc, f64::from(block.fraction_lost) / 256.0);
            let sent = measured.reports.iter().find(|(stamp, _)| *stamp == block.last_sender_report).map(|(_, at)| *at);
            let Some(sent) = sent.filter(|_| block.last_sender_report != 0) else {
                continue;
            };
            let held = Duration::from_secs_f64(f64::from(block.delay) / 65_536.0);
            let round_trip = now.saturating_duration_since(sent).saturating_sub(held);
            measured.round_trip =
                Some(measured.round_trip.map_or(round_trip, |before| before.mul_f64(0.75) + round_trip.mul_f64(0.25)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        // Sums that a panicking thread left are still sums.
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
