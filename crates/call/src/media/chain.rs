//! A row of GStreamer elements used like a function: a buffer in, what comes of it out, on the caller's thread.
//!
//! Encoders and decoders need no pipeline: without queues, clock and threads of their own nothing waits between
//! them, what came out belongs to what went in, and tests need no time.

use std::sync::{Arc, Mutex};

use gstreamer as gst;
use gstreamer::prelude::*;

use super::MediaFault;
use super::sync::lock;

/// A running row of elements.
pub(super) struct Chain {
    bin: gst::Bin,
    input: gst::Pad,
    output: gst::Pad,
    taken: Arc<Mutex<Vec<gst::Buffer>>>,
    error: Arc<Mutex<Option<String>>>,
    caps: Option<gst::Caps>,
}

impl Chain {
    /// Builds the elements from a description as `gst-launch-1.0` takes it, with one open end on each side.
    ///
    /// # Errors
    /// `Component` when an element is not installed or cannot be started.
    pub(super) fn new(description: &str) -> Result<Self, MediaFault> {
        let bin = build(description)?;
        let error = Arc::new(Mutex::new(None));
        let bus = gst::Bus::new();
        let last_error = error.clone();
        bus.set_sync_handler(move |_, message| {
            if let gst::MessageView::Error(e) = message.view() {
                *lock(&last_error) = Some(e.error().to_string());
            }
            gst::BusSyncReply::Drop
        });
        bin.set_bus(Some(&bus));
        let taken = Arc::new(Mutex::new(Vec::new()));
        let out = taken.clone();
        let input = gst::Pad::builder(gst::PadDirection::Src).name("input").build();
        // Without a template a pad insists on the caps it had first, and an encoder could not change its size.
        let anything =
            gst::PadTemplate::new("output", gst::PadDirection::Sink, gst::PadPresence::Always, &gst::Caps::new_any())
                .expect("BUG: a pad template for anything is refused");
        let output = gst::Pad::builder_from_template(&anything)
            .name("output")
            .chain_function(move |_, _, buffer| {
                lock(&out).push(buffer);
                Ok(gst::FlowSuccess::Ok)
            })
            .build();
        let chain = Self { bin, input, output: output.clone(), taken, error, caps: None };
        chain
            .start(&output)
            .map_err(|reason| MediaFault::Component { component: format!("{description}: {reason}") })?;
        Ok(chain)
    }

    fn start(&self, output: &gst::Pad) -> Result<(), String> {
        let text = |e: gst::glib::BoolError| e.to_string();
        let sink = self.bin.static_pad("sink").ok_or("no way in")?;
        let src = self.bin.static_pad("src").ok_or("no way out")?;
        self.input.link(&sink).map_err(|e| e.to_string())?;
        src.link(output).map_err(|e| e.to_string())?;
        self.input.set_active(true).map_err(text)?;
        output.set_active(true).map_err(text)?;
        self.bin.set_state(gst::State::Playing).map_err(|e| self.reason(&e.to_string()))?;
        self.input.push_event(gst::event::StreamStart::new("media"));
        Ok(())
    }

    /// The element of this name in the description.
    pub(super) fn element(&self, name: &str) -> Option<gst::Element> {
        self.bin.by_name(name)
    }

    /// Passes a buffer through. `caps` describes it and may change from buffer to buffer.
    ///
    /// # Errors
    /// The reason an element gives; the chain is then to be thrown away.
    pub(super) fn push(&mut self, caps: &gst::Caps, buffer: gst::Buffer) -> Result<Vec<gst::Buffer>, String> {
        if self.caps.as_ref() != Some(caps) {
            let first = self.caps.is_none();
            self.input.push_event(gst::event::Caps::new(caps));
            self.caps = Some(caps.clone());
            if first {
                self.input.push_event(gst::event::Segment::new(&gst::FormattedSegment::<gst::ClockTime>::new()));
            }
        }
        self.input.push(buffer).map_err(|e| self.reason(&e.to_string()))?;
        Ok(std::mem::take(&mut *lock(&self.taken)))
    }

    /// Says that nothing came where something was due, and takes what is made up in its place.
    pub(super) fn gap(&mut self, at: gst::ClockTime, duration: gst::ClockTime) -> Vec<gst::Buffer> {
        self.input.push_event(gst::event::Gap::builder(at).duration(duration).build());
        std::mem::take(&mut *lock(&self.taken))
    }

    /// Asks a video encoder in the chain to make the next picture a key frame.
    pub(super) fn force_key_frame(&self) {
        // The event that gst_video_event_new_upstream_force_key_unit makes; the library for it is not needed for that.
        let structure = gst::Structure::builder("GstForceKeyUnit")
            .field("running-time", gst::ClockTime::NONE)
            .field("all-headers", true)
            .field("count", 0_u32)
            .build();
        if let Some(src) = self.bin.static_pad("src") {
            src.send_event(gst::event::CustomUpstream::new(structure));
        }
    }

    /// Tells the elements how late everything is.
    pub(super) fn set_latency(&self, latency: gst::ClockTime) {
        self.output.push_event(gst::event::Latency::new(latency));
    }

    fn reason(&self, otherwise: &str) -> String {
        lock(&self.error).take().unwrap_or_else(|| otherwise.to_owned())
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        // Nothing is left to do about elements that refuse to stop; they are freed next.
        let _ = self.input.set_active(false);
        let _ = self.bin.set_state(gst::State::Null);
    }
}

/// Builds a row of elements as a bin with its open ends as pads.
pub(super) fn build(description: &str) -> Result<gst::Bin, MediaFault> {
    let mut context = gst::ParseContext::new();
    let flags = gst::ParseFlags::FATAL_ERRORS;
    gst::parse::bin_from_description_full(description, true, Some(&mut context), flags)
        .map_err(|e| {
            let missing = context.missing_elements().join(", ");
            MediaFault::Component { component: if missing.is_empty() { e.to_string() } else { missing } }
        })?
        .downcast::<gst::Bin>()
        .or_else(|element| {
            // A description of a single element gives the element itself.
            let component = element.name().to_string();
            wrap(element).map_err(|e| MediaFault::Component { component: format!("{component}: {e}") })
        })
}

/// Makes one element.
///
/// # Errors
/// `Component` when it is not installed.
pub(super) fn element(name: &str) -> Result<gst::Element, MediaFault> {
    let missing = |_| MediaFault::Component { component: name.to_owned() };
    gst::ElementFactory::make(name).build().map_err(missing)
}

fn wrap(element: gst::Element) -> Result<gst::Bin, gst::glib::BoolError> {
    let bin = gst::Bin::new();
    bin.add(&element)?;
    for name in ["sink", "src"] {
        if let Some(pad) = element.static_pad(name) {
            bin.add_pad(&gst::GhostPad::with_target(&pad)?)?;
        }
    }
    Ok(bin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_element_is_named() {
        gst::init().unwrap();
        let fault = Chain::new("identity ! thereisnosuchelement").err().unwrap();
        assert_eq!(fault, MediaFault::Component { component: "thereisnosuchelement".into() });
    }
}
