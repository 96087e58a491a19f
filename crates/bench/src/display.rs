//! A display in memory whose pixels lie in a file: what is painted can be watched without asking the display, which
//! would slow down what is watched.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::process::Running;

/// The size of the display: the smallest that the console is drawn for.
const SIZE: (usize, usize) = (1280, 800);
/// Of the display's lines every eighth is looked at, and of its pixels every fourth.
const STEP: (usize, usize) = (4, 8);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// A picture that differs from the last one in fewer pixels than this share is the last one: clocks tick on a screen.
const SAME: f64 = 0.02;
/// A window covers at least this share of the display.
const COVERED: f64 = 0.2;

/// A running Xvfb; dropping it ends it.
pub struct Display {
    /// Its name, such as `:99`.
    pub name: String,
    pixels: File,
    layout: Layout,
    _server: Running,
    _folder: tempfile::TempDir,
}

/// Where the pixels lie in the file: it is an XWD file, whose head is made of big-endian words.
struct Layout {
    first: usize,
    line: usize,
    pixel: usize,
}

impl Display {
    /// Starts Xvfb on a display number that is free.
    ///
    /// # Errors
    /// Xvfb is not installed, or ended before it had a display.
    pub fn start(scratch: &Path) -> Result<Self> {
        let folder = tempfile::tempdir_in(scratch)?;
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", &format!("{}x{}x24", SIZE.0, SIZE.1), "-nolisten", "tcp"]);
        xvfb.arg("-fbdir").arg(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = xvfb.spawn().context("cannot start Xvfb")?;
        let output = child.stdout.take().context("BUG: started with its output piped")?;
        let server = Running::of(child);
        let mut number = String::new();
        // Xvfb writes the number when it is ready for clients, or ends, which ends the wait too.
        BufReader::new(output).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb ended before it had a display");
        let mut pixels = File::open(folder.path().join("Xvfb_screen0")).context("Xvfb keeps no picture file")?;
        let layout = Layout::read(&mut pixels)?;
        Ok(Self { name: format!(":{}", number.trim()), pixels, layout, _server: server, _folder: folder })
    }

    /// Points a command at this display, with settings that let a web view draw without a graphics card.
    pub fn show_on(&self, command: &mut Command) {
        command.envs(self.environment());
    }

    /// The settings of [`Display::show_on`].
    pub fn environment(&self) -> [(&str, &str); 4] {
        [
            ("DISPLAY", &self.name),
            ("GDK_BACKEND", "x11"),
            ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
            ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ]
    }

    /// Watches for `long` and says when, after `began`, the picture was first as it was at the end.
    ///
    /// # Errors
    /// Nothing was painted, or the picture cannot be read.
    pub fn painted(&mut self, began: Instant, long: Duration) -> Result<Duration> {
        let empty = self.look()?;
        let mut seen = vec![(began.elapsed(), empty.clone())];
        while began.elapsed() < long {
            let at = began.elapsed();
            let now = self.look()?;
            if seen.last().is_none_or(|(_, last)| *last != now) {
                seen.push((at, now));
            }
            std::thread::sleep(LOOK);
        }
        let (_, last) = seen.last().context("BUG: it begins with a picture")?;
        ensure!(difference(&empty, last) > COVERED, "no window was painted within {long:?}");
        let others = seen.iter().rposition(|(_, picture)| difference(picture, last) > SAME);
        let (at, _) = &seen[others.map_or(0, |index| index + 1)];
        Ok(*at)
    }

    /// The pixels that are looked at, packed.
    fn look(&mut self) -> Result<Vec<u32>> {
        let mut line = vec![0; SIZE.0 * self.layout.pixel];
        let mut picture = Vec::with_capacity(SIZE.0 * SIZE.1 / STEP.0 / STEP.1);
        for y in (0..SIZE.1).step_by(STEP.1) {
            self.pixels.seek(SeekFrom::Start((self.layout.first + y * self.layout.line) as u64))?;
            self.pixels.read_exact(&mut line)?;
            let pixels = line.chunks_exact(self.layout.pixel).step_by(STEP.0);
            picture.extend(pixels.map(|pixel| pixel.iter().fold(0_u32, |packed, byte| packed << 8 | u32::from(*byte))));
        }
        Ok(picture)
    }
}

impl Layout {
    /// Reads the head of an XWD file: its size is word 0, bits in a pixel word 11, bytes in a line word 12, and the
    /// number of colours, twelve bytes each between head and pixels, word 19.
    fn read(file: &mut File) -> Result<Self> {
        let mut head = [0; 100];
        file.read_exact(&mut head).context("the picture file of Xvfb has no head")?;
        let word = |index: usize| {
            let bytes: [u8; 4] = head[4 * index..4 * index + 4].try_into().expect("BUG: four bytes are four bytes");
            u32::from_be_bytes(bytes) as usize
        };
        Ok(Self { first: word(0) + 12 * word(19), line: word(12), pixel: word(11) / 8 })
    }
}

/// The share of pixels that differ.
fn difference(one: &[u32], other: &[u32]) -> f64 {
    let different = one.iter().zip(other).filter(|(one, other)| one != other).count();
    different as f64 / one.len().max(1) as f64
}
