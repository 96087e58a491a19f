//! A bad network in one process: all media between two participants is led through it, by writing its sockets
//! into the candidates that pass the hub. Each direction has a rate with a queue, a delay, and losses drawn from a seed.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use call::signal::PeerWord;
use domain::id::ParticipantId;
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// What one direction is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conditions {
    /// One way.
    pub delay: Duration,
    /// Share of packets that are lost, 0 to 1.
    pub loss: f64,
    /// kbit/s; `None` is as fast as the machine.
    pub kbps: Option<f64>,
    /// Packets that would wait longer than this are dropped.
    pub queue: Duration,
}

impl Conditions {
    /// A round trip and a loss each way, on a fast link.
    pub fn lossy(round_trip: Duration, loss: f64) -> Self {
        Self { delay: round_trip / 2, loss, kbps: None, queue: Duration::from_millis(300) }
    }
}

/// The network.
pub struct Shaper {
    conditions: Arc<Mutex<Conditions>>,
    seed: u64,
    relays: Mutex<BTreeMap<SocketAddr, SocketAddr>>,
    directions: Mutex<BTreeMap<ParticipantId, mpsc::UnboundedSender<Flight>>>,
}

struct Flight {
    data: Vec<u8>,
    by: Arc<UdpSocket>,
    to: SocketAddr,
}

impl Shaper {
    /// Losses are the same for the same seed and the same packets.
    pub fn new(conditions: Conditions, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            conditions: Arc::new(Mutex::new(conditions)),
            seed,
            relays: Mutex::default(),
            directions: Mutex::default(),
        })
    }

    /// Changes both directions from now on.
    pub fn change(&self, conditions: Conditions) {
        *self.conditions.lock().expect("not poisoned") = conditions;
    }

    /// Writes the network's sockets into what a participant tells another. None for a candidate that cannot be led.
    pub async fn lead(self: &Arc<Self>, owner: ParticipantId, word: PeerWord) -> Option<PeerWord> {
        match word {
            PeerWord::Offer { session, sdp } => Some(PeerWord::Offer { session, sdp: without_candidates(&sdp) }),
            PeerWord::Answer { session, sdp } => Some(PeerWord::Answer { session, sdp: without_candidates(&sdp) }),
            PeerWord::Candidate { session, candidate, sdp_mid, sdp_mline_index, username_fragment }
                if !candidate.is_empty() =>
            {
                let mut parts: Vec<String> = candidate.split(' ').map(str::to_owned).collect();
                let udp = parts.get(2).is_some_and(|protocol| protocol.eq_ignore_ascii_case("udp"));
                let real: Option<SocketAddr> =
                    match (parts.get(4).map(|ip| ip.parse::<IpAddr>()), parts.get(5).map(|port| port.parse())) {
                        (Some(Ok(ip @ IpAddr::V4(_))), Some(Ok(port))) if udp => Some(SocketAddr::new(ip, port)),
                        _ => None,
                    };
                let relay = self.relay(owner, real?).await;
                (parts[4], parts[5]) = (relay.ip().to_string(), relay.port().to_string());
                Some(PeerWord::Candidate {
                    session,
                    candidate: parts.join(" "),
                    sdp_mid,
                    sdp_mline_index,
                    username_fragment,
                })
            }
            other => Some(other),
        }
    }

    /// The socket that stands for a real address.
    async fn relay(self: &Arc<Self>, owner: ParticipantId, real: SocketAddr) -> SocketAddr {
        if let Some(known) = self.relays.lock().expect("not poisoned").get(&real) {
            return *known;
        }
        let socket = Arc::new(UdpSocket::bind((real.ip(), 0)).await.expect("an own address can be bound"));
        let address = socket.local_addr().expect("a bound socket has an address");
        self.relays.lock().expect("not poisoned").insert(real, address);
        tokio::spawn(Arc::clone(self).carry(owner, real, socket));
        address
    }

    /// Carries what comes to a relay on to its owner, and what the owner answers back.
    async fn carry(self: Arc<Self>, owner: ParticipantId, real: SocketAddr, relay: Arc<UdpSocket>) {
        let mut back: BTreeMap<SocketAddr, Arc<UdpSocket>> = BTreeMap::new();
        let to_owner = self.direction(owner);
        let mut buffer = vec![0; 2_048];
        loop {
            let Ok((length, from)) = relay.recv_from(&mut buffer).await else {
                continue;
            };
            if let std::collections::btree_map::Entry::Vacant(place) = back.entry(from) {
                let upstream = Arc::new(UdpSocket::bind((real.ip(), 0)).await.expect("an own address can be bound"));
                // What the owner sends away is the direction of everybody else.
                let away = self.direction(ParticipantId::from_u128(u128::from(from.port()) | (1 << 64)));
                tokio::spawn(answer(Arc::clone(&upstream), Arc::clone(&relay), from, away));
                place.insert(upstream);
            }
            let _ = to_owner.send(Flight { data: buffer[..length].to_vec(), by: Arc::clone(&back[&from]), to: real });
        }
    }

    fn direction(&self, to: ParticipantId) -> mpsc::UnboundedSender<Flight> {
        let mut directions = self.directions.lock().expect("not poisoned");
        let number = directions.len() as u64 + 1;
        directions
            .entry(to)
            .or_insert_with(|| {
                let (flights, inbox) = mpsc::unbounded_channel();
                tokio::spawn(fly(
                    inbox,
                    Arc::clone(&self.conditions),
                    self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number,
                ));
                flights
            })
            .clone()
    }
}

async fn answer(upstream: Arc<UdpSocket>, relay: Arc<UdpSocket>, to: SocketAddr, away: mpsc::UnboundedSender<Flight>) {
    let mut buffer = vec![0; 2_048];
    loop {
        let Ok((length, _)) = upstream.recv_from(&mut buffer).await else {
            continue;
        };
        let _ = away.send(Flight { data: buffer[..length].to_vec(), by: Arc::clone(&relay), to });
    }
}

/// One direction: losses, the queue, the delay.
async fn fly(mut inbox: mpsc::UnboundedReceiver<Flight>, conditions: Arc<Mutex<Conditions>>, seed: u64) {
    let mut random = seed.max(1);
    let mut busy = Instant::now();
    let (landing, mut lands) = mpsc::unbounded_channel::<(Instant, Flight)>();
    tokio::spawn(async move {
        while let Some((at, flight)) = lands.recv().await {
            tokio::time::sleep_until(at).await;
            let _ = flight.by.send_to(&flight.data, flight.to).await;
        }
    });
    while let Some(flight) = inbox.recv().await {
        let now = Instant::now();
        let Conditions { delay, loss, kbps, queue } = *conditions.lock().expect("not poisoned");
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let chance = (random >> 11) as f64 / (1u64 << 53) as f64;
        busy = busy.max(now);
        if chance < loss || busy - now > queue {
            continue;
        }
        if let Some(kbps) = kbps {
            busy += Duration::from_secs_f64((flight.data.len() + 28) as f64 * 8.0 / 1_000.0 / kbps);
        }
        let _ = landing.send((busy + delay, flight));
    }
}

fn without_candidates(sdp: &str) -> String {
    sdp.split_inclusive('\n')
        .filter(|line| !line.starts_with("a=candidate") && !line.starts_with("a=end-of-candidates"))
        .collect()
}
