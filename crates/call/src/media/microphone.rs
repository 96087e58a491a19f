//! The chosen microphone, as Opus.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gstreamer as gst;
use gstreamer::prelude::*;

use super::chain::Chain;
use super::feed::{Feed, Subscription};
use super::sound::{self, BLOCK, BLOCK_TIME, Block, loudness};
use super::sync::lock;
use super::{AudioPacket, MediaFault, Microphone, Sink};

/// An Opus encoder on a feed of sound. Encoding 20 ms takes well under a millisecond and happens where they come in.
pub(super) struct OpusMicrophone {
    voice: Arc<Voice>,
    _subscription: Subscription<Block>,
}

struct Voice {
    encoder: Mutex<Encoder>,
    muted: AtomicBool,
    /// The bits of an `f32`.
    level: AtomicU32,
    sink: Sink<AudioPacket>,
}

struct Encoder {
    /// None after a failure; the next block tries a new one.
    chain: Option<Chain>,
    caps: gst::Caps,
    blocks: u64,
    bits_per_second: u32,
    expected_loss: f32,
    told: bool,
}

impl OpusMicrophone {
    pub(super) fn open(feed: &Arc<Feed<Block>>, sink: Sink<AudioPacket>) -> Result<Self, MediaFault> {
        let voice = Arc::new(Voice {
            encoder: Mutex::new(Encoder::new()?),
            muted: AtomicBool::new(false),
            level: AtomicU32::new(0),
            sink,
        });
        let listener = voice.clone();
        let subscription = feed.listen(move |item| match item {
            Ok(block) => listener.hear(&block),
            Err(fault) => {
                listener.level.store(0, Ordering::Relaxed);
                (listener.sink)(Err(fault));
            }
        });
        Ok(Self { voice, _subscription: subscription })
    }
}

impl Microphone for OpusMicrophone {
    fn set_muted(&self, muted: bool) {
        self.voice.muted.store(muted, Ordering::Relaxed);
    }

    fn level(&self) -> f32 {
        f32::from_bits(self.voice.level.load(Ordering::Relaxed))
    }

    fn set_target(&self, bits_per_second: u32, expected_loss: f32) {
        lock(&self.voice.encoder).set_target(bits_per_second, expected_loss);
    }
}

impl Voice {
    fn hear(&self, block: &Block) {
        self.level.store(loudness(&block.samples).to_bits(), Ordering::Relaxed);
        let muted = self.muted.load(Ordering::Relaxed);
        let encoded = {
            let mut encoder = lock(&self.encoder);
            let silence = [0; BLOCK];
            encoder.encode(if muted { &silence } else { &block.samples })
        };
        match encoded {
            Ok(packets) => {
                for data in packets {
                    (self.sink)(Ok(AudioPacket { captured: block.captured, duration: BLOCK_TIME, data }));
                }
            }
            Err(Some(fault)) => (self.sink)(Err(fault)),
            Err(None) => {}
        }
    }
}

impl Encoder {
    fn new() -> Result<Self, MediaFault> {
        let mut encoder = Self {
            chain: None,
            caps: sound::caps(),
            blocks: 0,
            bits_per_second: 24_000,
            expected_loss: 0.0,
            told: false,
        };
        encoder.chain = Some(encoder.start()?);
        Ok(encoder)
    }

    fn start(&self) -> Result<Chain, MediaFault> {
        let chain = Chain::new(
            "opusenc name=encoder audio-type=voice frame-size=20 bitrate-type=constrained-vbr inband-fec=true dtx=false \
             complexity=5",
        )?;
        self.adjust(&chain);
        Ok(chain)
    }

    fn set_target(&mut self, bits_per_second: u32, expected_loss: f32) {
        self.bits_per_second = bits_per_second.clamp(6_000, 128_000);
        self.expected_loss = expected_loss.clamp(0.0, 1.0);
        if let Some(chain) = &self.chain {
            self.adjust(chain);
        }
    }

    fn adjust(&self, chain: &Chain) {
        if let Some(element) = chain.element("encoder") {
            element.set_property("bitrate", self.bits_per_second as i32);
            element.set_property("packet-loss-percentage", (self.expected_loss * 100.0).round() as i32);
        }
    }

    /// `Err(None)` is a failure that was told before.
    fn encode(&mut self, samples: &[i16]) -> Result<Vec<Bytes>, Option<MediaFault>> {
        let result = self.try_encode(samples);
        match result {
            Ok(packets) => {
                self.told &= packets.is_empty();
                Ok(packets)
            }
            Err(fault) => {
                self.chain = None;
                Err((!std::mem::replace(&mut self.told, true)).then_some(fault))
            }
        }
    }

    fn try_encode(&mut self, samples: &[i16]) -> Result<Vec<Bytes>, MediaFault> {
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            None => self.start()?,
        };
        let buffer = sound::buffer(samples, self.blocks);
        self.blocks += 1;
        let stopped = |reason| MediaFault::Stopped { label: "The sound encoder".into(), reason };
        let packets = chain.push(&self.caps, buffer).map_err(stopped)?;
        self.chain = Some(chain);
        let bytes = |buffer: gst::Buffer| buffer.map_readable().map(|map| Bytes::copy_from_slice(&map)).ok();
        Ok(packets.into_iter().filter_map(bytes).collect())
    }
}
