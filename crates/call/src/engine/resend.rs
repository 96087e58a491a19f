//! Sends again what the peer reports missing (RFC 4585 NACK, RFC 4588 repair streams), at the pace of the path.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{BufMut, BytesMut};
use rtc::interceptor::{Attribute, AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::transport_feedbacks::transport_layer_nack::TransportLayerNack;
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::TransportContext;
use rtc::shared::error::Error;

use super::chain::Queues;
use super::wire::Wire;

/// Packets kept per stream: four seconds of the highest rate. When it is full the oldest goes; it would come too late.
const PACKETS_KEPT: usize = 1_024;
/// Share of the allowed rate that repairs may take: a link that has just narrowed must not be filled with the past.
const REPAIR_SHARE: f64 = 0.5;
/// Repairs that may go out at once, in bytes.
const BURST: f64 = 24_000.0;
/// A packet is not sent again sooner than this, whatever the round trip.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// The interceptor.
pub struct Resend {
    wire: Arc<Wire>,
    streams: BTreeMap<u32, Sent>,
    queues: Queues,
    /// Bytes of repairs that may leave now.
    budget: f64,
    budget_at: Option<Instant>,
}

struct Sent {
    packets: VecDeque<Kept>,
    /// Stream and payload type of the repairs, where both sides speak RFC 4588.
    repairs: Option<(u32, u8)>,
    repair_sequence: u16,
}

struct Kept {
    packet: rtp::Packet,
    resent: Option<Instant>,
}

impl Resend {
    /// For one connection.
    pub fn new(wire: Arc<Wire>) -> Self {
        Self { wire, streams: BTreeMap::new(), queues: Queues::default(), budget: BURST, budget_at: None }
    }

    fn answer(&mut self, now: Instant, nack: &TransportLayerNack) {
        let pause = self.wire.round_trip().unwrap_or(Duration::from_millis(50)).mul_f64(0.9).max(SHORTEST_PAUSE);
        let measured = self.wire.measured();
        let copies = copies(measured.loss_out);
        let rate = measured.allowed_kbps.unwrap_or(600.0) * 1_000.0 / 8.0 * REPAIR_SHARE;
        let since = self.budget_at.replace(now).map_or(Duration::ZERO, |before| now.saturating_duration_since(before));
        self.budget = (self.budget + rate * since.as_secs_f64()).min(BURST);
        let Some(sent) = self.streams.get_mut(&nack.media_ssrc) else {
            return;
        };
        for sequence in nack.nacks.iter().flat_map(|pair| pair.packet_list()) {
            let Some(kept) = sent.find(sequence) else { continue };
            // A second request within a round trip cannot know of the first repair.
            if kept.resent.is_some_and(|at| now.saturating_duration_since(at) < pause) {
                continue;
            }
            let size = kept.packet.payload.len() as f64;
            if size > self.budget {
                continue;
            }
            kept.resent = Some(now);
            let original = kept.packet.clone();
            for _ in 0..copies {
                if size > self.budget {
                    break;
                }
                self.budget -= size;
                let packet = sent.repair(original.clone());
                self.wire.count_resent();
                self.queues.write.push_back(TaggedPacket {
                    now,
                    transport: TransportContext::default(),
                    message: AttributedPacket::new(Packet::Rtp(packet)).with(Attribute::Retransmission),
                });
            }
        }
    }
}

/// How often a repair is sent on a path that loses this share. A repair that is lost is asked for a round trip later,
/// which is longer than the picture waits; a second copy makes that ten times rarer for a tenth of a tenth of the rate.
fn copies(loss: f64) -> usize {
    if loss > 0.15 {
        3
    } else if loss > 0.02 {
        2
    } else {
        1
    }
}

impl Sent {
    fn find(&mut self, sequence: u16) -> Option<&mut Kept> {
        let first = self.packets.front()?.packet.header.sequence_number;
        let index = usize::from(sequence.wrapping_sub(first));
        self.packets.get_mut(index).filter(|kept| kept.packet.header.sequence_number == sequence)
    }

    fn keep(&mut self, packet: rtp::Packet) {
        let follows = self
            .packets
            .back()
            .is_none_or(|last| last.packet.header.sequence_number.wrapping_add(1) == packet.header.sequence_number);
        if !follows {
            self.packets.clear();
        }
        if self.packets.len() >= PACKETS_KEPT {
            self.packets.pop_front();
        }
        self.packets.push_back(Kept { packet, resent: None });
    }

    /// RFC 4588 section 4: the original sequence number, then the original payload.
    fn repair(&mut self, original: rtp::Packet) -> rtp::Packet {
        let Some((ssrc, payload_type)) = self.repairs else {
            return original;
        };
        let mut payload = BytesMut::with_capacity(original.payload.len() + 2);
        payload.put_u16(original.header.sequence_number);
        payload.extend_from_slice(&original.payload);
        self.repair_sequence = self.repair_sequence.wrapping_add(1);
        rtp::Packet {
            header: rtp::header::Header {
                version: 2,
                marker: original.header.marker,
                payload_type,
                sequence_number: self.repair_sequence,
                timestamp: original.header.timestamp,
                ssrc,
                ..Default::default()
            },
            payload: payload.freeze(),
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Resend {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(rtcp) = &packet.message.packet {
            let nacks: Vec<_> =
                rtcp.iter().filter_map(|one| one.as_any().downcast_ref::<TransportLayerNack>()).cloned().collect();
            for nack in nacks {
                self.answer(packet.now, &nack);
            }
        }
        self.queues.read.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.queues.read.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtp(rtp) = &packet.message.packet
            && let Some(sent) = self.streams.get_mut(&rtp.header.ssrc)
        {
            sent.keep(rtp.clone());
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

impl Interceptor for Resend {
    fn bind_local_stream(&mut self, info: &StreamInfo) {
        let asked_for =
            info.rtcp_feedback.iter().any(|feedback| feedback.typ == "nack" && feedback.parameter.is_empty());
        if asked_for {
            let repairs = info.ssrc_rtx.zip(info.payload_type_rtx);
            self.streams.insert(info.ssrc, Sent { packets: VecDeque::new(), repairs, repair_sequence: 0 });
        }
    }

    fn unbind_local_stream(&mut self, info: &StreamInfo) {
        self.streams.remove(&info.ssrc);
    }

    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
