//! The jitter buffer: packets that came early, late, twice or not at all, out in order and in time. Pure.
//!
//! It holds back as much as the network's unevenness of the last seconds asks for, 20 to 200 ms. Held back too little,
//! it runs dry, waits until the right amount is there, and has grown by that. Held back more than was ever used during
//! a second, it leaves out one packet.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;

/// A buffer for one stream of Opus packets.
pub(super) struct Jitter {
    packets: BTreeMap<i64, Held>,
    /// What is due next; nothing before the first packet was played.
    next: Option<i64>,
    highest: Option<i64>,
    phase: Phase,
    packet_time: Duration,
    delays: Delays,
    /// The smallest number of packets there were at a pop, and the pops, in this window.
    low: (usize, u32),
}

struct Held {
    arrived: Duration,
    payload: Bytes,
}

#[derive(PartialEq)]
enum Phase {
    /// Gathering until enough is there.
    Filling,
    Playing,
}

/// What to play now.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// This packet.
    Packet(Bytes),
    /// A packet of this length is lost: make it up.
    Lost(Duration),
    /// Nothing is there.
    Dry,
}

const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_millis(200);
/// More than this waiting is the past: a stalled computer or network.
const HOPELESS: Duration = Duration::from_millis(500);
/// A sequence number further away than this belongs to a new stream.
const NEW_STREAM: i64 = 1000;
/// More packets in a row than this are not made up: it was a pause.
const PAUSE: i64 = 10;
/// Pops after which an unused reserve is given up.
const WINDOW: u32 = 50;

impl Jitter {
    pub(super) fn new() -> Self {
        Self {
            packets: BTreeMap::new(),
            next: None,
            highest: None,
            phase: Phase::Filling,
            packet_time: SHORTEST,
            delays: Delays::default(),
            low: (usize::MAX, 0),
        }
    }

    /// Takes a packet in. `now` is any clock that does not go back.
    pub(super) fn push(&mut self, now: Duration, sequence: u16, rtp_timestamp: u32, payload: Bytes) {
        let Some(duration) = packet_time(&payload) else {
            return;
        };
        let place = self.place(sequence);
        if self.highest.is_none_or(|highest| place > highest) {
            self.highest = Some(place);
            self.packet_time = duration;
            self.delays.observe(now, rtp_timestamp);
        }
        if self.next.is_some_and(|next| place < next) {
            return;
        }
        self.packets.entry(place).or_insert(Held { arrived: now, payload });
        let most = (HOPELESS.as_nanos() / self.packet_time.as_nanos().max(1)) as i64;
        if let (Some(first), Some(highest)) = (self.packets.keys().next().copied(), self.highest)
            && highest - first >= most
        {
            let keep = highest - self.packets_in(self.target()).max(1);
            self.packets.retain(|&place, _| place > keep);
            self.next = self.next.map(|next| next.max(keep + 1));
        }
    }

    /// What is due now. Called once for each packet time.
    pub(super) fn pop(&mut self, now: Duration) -> Step {
        let Some((first, waited)) = self.first(now) else {
            self.phase = Phase::Filling;
            return Step::Dry;
        };
        let highest = self.highest.unwrap_or(first);
        if self.phase == Phase::Filling {
            let ready = self.time_of(highest - first + 1);
            if ready < self.target() && waited < self.target() {
                return Step::Dry;
            }
            self.phase = Phase::Playing;
            // What was lost before it was made up for while the buffer was dry.
            self.next = Some(first);
        }
        self.shrink();
        let next = self.next.unwrap_or(first);
        let next = if first - next > PAUSE { first } else { next };
        self.next = Some(next + 1);
        match self.packets.remove(&next) {
            Some(held) => Step::Packet(held.payload),
            None => Step::Lost(self.packet_time),
        }
    }

    /// How much is held back at present, as the network of the last seconds asks for.
    pub(super) fn target(&self) -> Duration {
        (self.delays.spread() + self.packet_time).clamp(SHORTEST, LONGEST)
    }

    fn first(&self, now: Duration) -> Option<(i64, Duration)> {
        self.packets.first_key_value().map(|(&first, held)| (first, now.saturating_sub(held.arrived)))
    }

    /// Leaves out a packet when two or more were to spare during the whole window.
    fn shrink(&mut self) {
        let (low, pops) = self.low;
        self.low = (low.min(self.packets.len()), pops + 1);
        if self.low.1 < WINDOW {
            return;
        }
        let spare = self.low.0 > 2;
        self.low = (usize::MAX, 0);
        if spare && let Some((place, _)) = self.packets.pop_first() {
            self.next = Some(place + 1);
        }
    }

    /// The packet's place in the stream, where sequence numbers do not wrap.
    fn place(&mut self, sequence: u16) -> i64 {
        let Some(highest) = self.highest else {
            return i64::from(sequence);
        };
        // The nearest place with these low 16 bits.
        let step = i64::from(sequence.wrapping_sub(highest as u16) as i16);
        if step.abs() <= NEW_STREAM {
            return highest + step;
        }
        *self = Self { delays: Delays::default(), ..Self::new() };
        i64::from(sequence)
    }

    fn time_of(&self, packets: i64) -> Duration {
        self.packet_time * packets.clamp(0, 1000) as u32
    }

    fn packets_in(&self, time: Duration) -> i64 {
        (time.as_nanos() / self.packet_time.as_nanos().max(1)) as i64
    }
}

/// How unevenly packets arrive.
#[derive(Default)]
struct Delays {
    /// Arrival minus media time, in microseconds, of the last packets.
    transits: VecDeque<i64>,
    /// Media time in samples without wrap, with the RTP timestamp it belongs to.
    media: Option<(i64, u32)>,
}

impl Delays {
    /// Packets looked back at: five seconds as a rule.
    const MEMORY: usize = 250;
    /// A step of the transit time larger than this is a new timeline, in microseconds.
    const NEW_TIMELINE: i64 = 3_000_000;

    fn observe(&mut self, now: Duration, rtp_timestamp: u32) {
        let media = self.media.map_or(0, |(media, at)| media + i64::from(rtp_timestamp.wrapping_sub(at) as i32));
        self.media = Some((media, rtp_timestamp));
        let transit = now.as_micros() as i64 - media * 1000 / 48;
        if self.transits.back().is_some_and(|last| (transit - last).abs() > Self::NEW_TIMELINE) {
            self.transits.clear();
        }
        self.transits.push_back(transit);
        if self.transits.len() > Self::MEMORY {
            self.transits.pop_front();
        }
    }

    /// From the fastest packet to all but the slowest twentieth.
    fn spread(&self) -> Duration {
        let mut sorted: Vec<i64> = self.transits.iter().copied().collect();
        sorted.sort_unstable();
        let slow = sorted.len().saturating_sub(1) - sorted.len() / 20;
        match (sorted.first(), sorted.get(slow)) {
            (Some(fast), Some(slow)) => Duration::from_micros((slow - fast).unsigned_abs()),
            _ => Duration::ZERO,
        }
    }
}

/// How long an Opus packet lasts, from its first bytes (RFC 6716, section 3.1); nothing for an invalid one.
pub(super) fn packet_time(payload: &[u8]) -> Option<Duration> {
    let &toc = payload.first()?;
    let frame_micros = match toc >> 3 {
        config @ 0..=11 => [10_000, 20_000, 40_000, 60_000][usize::from(config & 3)],
        config @ 12..=15 => [10_000, 20_000][usize::from(config & 1)],
        config => [2_500, 5_000, 10_000, 20_000][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(payload.get(1)? & 0x3F),
    };
    let time = Duration::from_micros(frame_micros * frames);
    // RFC 6716, section 3.2.5: at most 120 ms.
    (frames > 0 && time <= Duration::from_millis(120)).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A 20 ms CELT packet, marked.
    fn packet(mark: u8) -> Bytes {
        Bytes::from(vec![31 << 3, mark])
    }

    /// Plays `packets` of (arrival in ms, number) and gives what came out at each 20 ms from `from`.
    fn play(first: u16, packets: &[(u64, u16)], until: u64) -> Vec<Step> {
        let mut jitter = Jitter::new();
        let mut steps = Vec::new();
        for time in 0..until {
            for &(_, number) in packets.iter().filter(|(at, _)| *at == time) {
                jitter.push(ms(time), first.wrapping_add(number), u32::from(number) * 960, packet(number as u8));
            }
            if time % 20 == 10 {
                steps.push(jitter.pop(ms(time)));
            }
        }
        steps
    }

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn marks(steps: &[Step]) -> Vec<Option<u8>> {
        let sound = steps.iter().filter(|step| **step != Step::Dry);
        sound.map(|step| if let Step::Packet(bytes) = step { Some(bytes[1]) } else { None }).collect()
    }

    #[test]
    fn an_even_stream_comes_out_whole_over_the_wrap_of_sequence_numbers() {
        let packets: Vec<_> = (0..100).map(|n| (u64::from(n) * 20, n)).collect();
        let steps = play(65_500, &packets, 2020);
        assert_eq!(marks(&steps), (0..100).map(Some).collect::<Vec<_>>());
        assert!(!steps[..100].contains(&Step::Dry), "an even stream needs no waiting");
    }

    #[test]
    fn late_and_double_packets_come_out_once_and_in_order() {
        // Every fourth packet comes 50 ms late, every fifth twice.
        let packets: Vec<_> = (0..200_u16)
            .flat_map(|n| {
                let at = u64::from(n) * 20 + if n % 4 == 3 { 50 } else { 0 };
                let twice = (n % 5 == 0).then_some((at + 7, n));
                std::iter::once((at, n)).chain(twice)
            })
            .collect();
        let out = marks(&play(7, &packets, 4200));
        let heard: Vec<u8> = out.iter().copied().flatten().collect();
        assert!(heard.is_sorted() && heard.windows(2).all(|pair| pair[0] != pair[1]), "{heard:?}");
        // Once the buffer has learnt the lateness, nothing is missing.
        assert!(!out[out.len() - 150..].contains(&None), "{out:?}");
    }

    #[test]
    fn a_lost_packet_is_made_up_in_its_place() {
        let packets: Vec<_> = (0..50).filter(|n| *n != 25).map(|n| (u64::from(n) * 20, n)).collect();
        // A steady stream is held back by 20 ms only; the gap is known when the packet after it is there.
        let steps = play(0, &packets, 1100);
        let heard: Vec<u8> = marks(&steps).into_iter().flatten().collect();
        assert_eq!(heard, (0..50).filter(|n| *n != 25).collect::<Vec<u8>>());
        let at = steps.iter().position(|step| *step == Step::Packet(packet(26))).unwrap();
        assert_ne!(steps[at - 1], Step::Packet(packet(24)), "the lost packet left no trace");
    }

    #[test]
    fn a_stall_does_not_leave_a_lasting_delay() {
        // Half a second of packets at once, then even ones again.
        let packets: Vec<_> =
            (0..400_u16).map(|n| ((u64::from(n) * 20).max(if n < 60 { 1200 } else { 0 }), n)).collect();
        let mut jitter = Jitter::new();
        let mut behind = 0;
        for time in 0..8000 {
            for &(_, n) in packets.iter().filter(|(at, _)| *at == time) {
                jitter.push(ms(time), n, u32::from(n) * 960, packet(0));
            }
            if time % 20 == 10 {
                jitter.pop(ms(time));
                behind = jitter.packets.len();
            }
        }
        assert!(behind <= 10, "{behind} packets behind");
    }

    #[test]
    fn a_new_stream_is_taken_up_at_once() {
        let mut jitter = Jitter::new();
        for n in 0..20_u16 {
            jitter.push(ms(u64::from(n) * 20), n, u32::from(n) * 960, packet(1));
            jitter.pop(ms(u64::from(n) * 20 + 1));
        }
        let heard = (0..20_u16).filter(|n| {
            let time = 400 + u64::from(*n) * 20;
            jitter.push(ms(time), 30_000 + n, 77 + u32::from(*n) * 960, packet(2));
            jitter.pop(ms(time + 1)) == Step::Packet(packet(2))
        });
        assert!(heard.count() >= 15);
    }

    #[test]
    fn packet_times_follow_the_table() {
        assert_eq!(packet_time(&[]), None);
        assert_eq!(packet_time(&[31 << 3]), Some(ms(20)));
        assert_eq!(packet_time(&[3 << 3]), Some(ms(60)));
        assert_eq!(packet_time(&[12 << 3 | 1]), Some(ms(20)));
        assert_eq!(packet_time(&[16 << 3]), Some(Duration::from_micros(2500)));
        assert_eq!(packet_time(&[31 << 3 | 3, 6]), Some(ms(120)));
        assert_eq!(packet_time(&[31 << 3 | 3, 7]), None);
        assert_eq!(packet_time(&[31 << 3 | 3, 0]), None);
        assert_eq!(packet_time(&[31 << 3 | 3]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// Whatever comes in, in whatever order: no panic, nothing twice, nothing backwards, and no hoard.
        #[test]
        fn any_order_is_survived(
            start: u16,
            pushes in proptest::collection::vec((0u16..60, 0u64..30, any::<u32>(), 0u8..4), 1..200),
        ) {
            let mut jitter = Jitter::new();
            let mut now = 0;
            let mut last: Option<u16> = None;
            for (number, pause, noise, shape) in pushes {
                now += pause;
                let payload = match shape {
                    0 => Bytes::new(),
                    1 => Bytes::from(noise.to_be_bytes().to_vec()),
                    _ => Bytes::from([&[31 << 3][..], &number.to_be_bytes()].concat()),
                };
                jitter.push(ms(now), start.wrapping_add(number), if shape == 2 { noise } else { u32::from(number) * 960 }, payload);
                prop_assert!(jitter.target() >= SHORTEST && jitter.target() <= LONGEST);
                if let Step::Packet(bytes) = jitter.pop(ms(now))
                    && bytes.len() == 3 && bytes[0] == 31 << 3
                {
                    let number = u16::from_be_bytes([bytes[1], bytes[2]]);
                    prop_assert!(last.is_none_or(|last| number > last), "{number} after {last:?}");
                    last = Some(number);
                }
            }
            prop_assert!(jitter.packets.len() <= 200);
        }
    }
}
