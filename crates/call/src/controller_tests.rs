//! The controller on a simulated link: a rate, a queue that overflows, a delay, and random loss from a seed.

use super::*;

/// A link of so many kbit/s with a drop-tail queue.
struct Path {
    kbps: f64,
    queue_limit: Duration,
    delay: Duration,
    loss: f64,
    busy_until: f64,
    random: u64,
}

impl Path {
    fn new(kbps: f64, loss: f64) -> Self {
        Self {
            kbps,
            queue_limit: Duration::from_millis(300),
            delay: Duration::from_millis(40),
            loss,
            busy_until: 0.0,
            random: 0x9e37_79b9_7f4a_7c15,
        }
    }

    fn chance(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }

    /// When a packet that leaves at `at` (seconds) arrives, if it does.
    fn send(&mut self, at: f64, size: usize) -> Option<f64> {
        let starts = self.busy_until.max(at);
        if starts - at > self.queue_limit.as_secs_f64() {
            return None;
        }
        self.busy_until = starts + size as f64 * 8.0 / 1_000.0 / self.kbps;
        (self.chance() >= self.loss).then_some(self.busy_until + self.delay.as_secs_f64())
    }
}

/// What was seen of one run.
struct Run {
    rates: Vec<f64>,
    sent: usize,
    lost: usize,
    longest_queue: f64,
}

impl Run {
    fn at(&self, second: usize) -> f64 {
        self.rates[second * 10]
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        let slice = &self.rates[from * 10..to * 10];
        slice.iter().sum::<f64>() / slice.len() as f64
    }
}

/// Sends at the controller's rate, 30 pictures a second in packets of 1,100 bytes, feedback every 100 ms.
fn run(controller: &mut Controller, path: &mut Path, seconds: usize, mut change: impl FnMut(f64, &mut Path)) -> Run {
    let start = Instant::now();
    let mut flying: Vec<(f64, Fate)> = Vec::new();
    let mut seen = Run { rates: Vec::new(), sent: 0, lost: 0, longest_queue: 0.0 };
    let mut owed = 0.0;
    for step in 0..seconds * 1_000 {
        let at = step as f64 / 1_000.0;
        change(at, path);
        if step % 33 == 0 {
            owed += controller.kbps() / 8.0 * 33.0;
            let mut offset = 0.0;
            while owed >= 1_100.0 {
                owed -= 1_100.0;
                offset += 0.000_5;
                let left = at + offset;
                seen.longest_queue = seen.longest_queue.max(path.busy_until - left);
                let arrived = path.send(left, 1_100);
                seen.sent += 1;
                seen.lost += usize::from(arrived.is_none());
                let known = arrived.unwrap_or(left + 0.3) + path.delay.as_secs_f64();
                flying.push((
                    known,
                    Fate {
                        departed: start + Duration::from_secs_f64(left),
                        arrived: arrived.map(Duration::from_secs_f64),
                        size: 1_100,
                    },
                ));
            }
        }
        if step % 100 == 0 {
            let now = start + Duration::from_secs_f64(at);
            let due: Vec<Fate> = flying.iter().filter(|(known, _)| *known <= at).map(|(_, fate)| *fate).collect();
            flying.retain(|(known, _)| *known > at);
            controller.on_feedback(now, &due);
            controller.on_time(now);
            seen.rates.push(controller.kbps());
        }
    }
    seen
}

#[test]
fn a_wide_clean_path_is_used_within_seconds() {
    let mut controller = Controller::new(Limits::default());
    let seen = run(&mut controller, &mut Path::new(5_000.0, 0.0), 12, |_, _| {});
    assert!(seen.at(5) > 1_700.0, "{:?}", seen.rates);
    assert_eq!(seen.lost, 0);
}

#[test]
fn a_narrowing_link_is_followed_without_a_standing_queue() {
    let mut controller = Controller::new(Limits::default());
    let mut path = Path::new(1_500.0, 0.0);
    let seen = run(&mut controller, &mut path, 40, |at, path| {
        path.kbps = if (12.0..24.0).contains(&at) { 500.0 } else { 1_500.0 }
    });
    assert!(seen.mean(6, 12) > 900.0, "{:?}", seen.rates);
    assert!(seen.mean(15, 24) < 520.0 && seen.mean(15, 24) > 250.0, "{}", seen.mean(15, 24));
    assert!(seen.mean(34, 40) > 800.0, "{}", seen.mean(34, 40));
    assert!((seen.lost as f64) < seen.sent as f64 * 0.03, "{} of {} lost", seen.lost, seen.sent);
}

#[test]
fn a_fifth_lost_brings_the_rate_below_600() {
    let mut controller = Controller::new(Limits::default());
    let seen = run(&mut controller, &mut Path::new(5_000.0, 0.2), 15, |_, _| {});
    assert!(seen.rates[60..].iter().all(|rate| *rate < 600.0), "{:?}", seen.rates);
    assert!(seen.mean(6, 15) > 200.0, "random loss does not silence the picture: {}", seen.mean(6, 15));
}

#[test]
fn a_few_lost_packets_do_not_slow_it_down() {
    let mut controller = Controller::new(Limits::default());
    let seen = run(&mut controller, &mut Path::new(5_000.0, 0.03), 15, |_, _| {});
    assert!(seen.mean(8, 15) > 1_500.0, "{:?}", seen.rates);
}

#[test]
fn a_tenth_lost_at_random_leaves_most_of_the_rate() {
    let mut controller = Controller::new(Limits::default());
    let seen = run(&mut controller, &mut Path::new(5_000.0, 0.1), 20, |_, _| {});
    assert!(seen.mean(8, 20) > 800.0, "{:?}", seen.rates);
}

#[test]
fn a_very_narrow_link_still_carries_a_voice() {
    let mut controller = Controller::new(Limits::default());
    let seen = run(&mut controller, &mut Path::new(100.0, 0.0), 30, |_, _| {});
    assert!(seen.mean(15, 30) < 110.0, "{}", seen.mean(15, 30));
    assert!(seen.mean(15, 30) >= 40.0, "{}", seen.mean(15, 30));
}

#[test]
fn silence_is_not_taken_for_consent() {
    let mut controller = Controller::new(Limits::default());
    let start = Instant::now();
    controller.on_feedback(start, &[Fate { departed: start, arrived: Some(Duration::from_millis(20)), size: 1_000 }]);
    let before = controller.kbps();
    for tenth in 1..60 {
        controller.on_time(start + Duration::from_millis(tenth * 100));
    }
    assert!(controller.kbps() < before / 2.0, "{} of {before}", controller.kbps());
}

#[test]
fn the_rate_never_leaves_its_limits() {
    for seed in 1..40u64 {
        let mut path = Path::new(60.0 + seed as f64 * 90.0, (seed % 7) as f64 * 0.06);
        path.random = seed * 0x9e37_79b9;
        let mut controller = Controller::new(Limits::default());
        let seen = run(&mut controller, &mut path, 8, |_, _| {});
        assert!(seen.rates.iter().all(|rate| (40.0..=2_000.0).contains(rate)), "seed {seed}: {:?}", seen.rates);
    }
}
