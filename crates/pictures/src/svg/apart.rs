//! Drawing in a process of its own: a drawing that takes too much, or that breaks the rasterizer, takes nobody along.
//!
//! The program starts itself again, bounded by the system, and hands the document over on standard input; pixels, or why there are
//! none, come back on standard output.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use qr_print::Picture;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use super::{decode_here, too_complex, too_long};
use crate::error::PictureError;
use crate::{Fit, MAX_BYTES};

/// What the program is called with to draw.
const ARGUMENT: &str = "draw-one-svg";
/// Seconds of the processor.
const MAX_CPU_S: u64 = 2;
/// The largest answer: 2 048 × 2 048 pixels and what stands before them.
const MAX_ANSWER: u64 = 4 * 2048 * 2048 + 64;

/// The program that draws.
static DRAWER: OnceLock<PathBuf> = OnceLock::new();

/// Has drawings drawn by this program itself in processes of their own, from now on; the first thing that its `main` does. `true`:
/// this process was started for one, which is drawn now, and there is nothing else to do.
#[must_use]
pub fn draw_apart() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().as_deref() == Some(OsStr::new(ARGUMENT)) && arguments.next().is_none() {
        // Who asked has gone, or sees that the answer is not whole.
        let _ = answer();
        return true;
    }
    // The running program, also after another one was put in its place.
    let own = PathBuf::from("/proc/self/exe");
    let program = if own.exists() {
        Some(own)
    } else {
        std::env::current_exe().ok()
    };
    if let Some(program) = program {
        DRAWER.get_or_init(|| program);
    }
    false
}

/// Draws a document, in a process of its own where the program has asked for that.
pub(super) fn decode(document: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    match DRAWER.get() {
        None => decode_here(document, fit),
        Some(program) => {
            let mut drawer = Command::new(program);
            drawer.arg(ARGUMENT).env_clear();
            ask(drawer, document, fit)
        }
    }
}

fn ask(mut drawer: Command, document: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    let failed = |error: io::Error| PictureError::Broken(format!("it cannot be drawn now: {error}"));
    let mut child = drawer
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        // It reads all before it answers; one that has died is told by its status.
        let _ = input
            .write_all(&head(fit))
            .and_then(|()| input.write_all(document));
    }
    let mut answer = Vec::new();
    let read = child
        .stdout
        .take()
        .map_or(Ok(0), |output| output.take(MAX_ANSWER).read_to_end(&mut answer));
    let status = child.wait().map_err(failed)?;
    read.map_err(failed)?;
    parse(&answer).unwrap_or_else(|| Err(death(status)))
}

/// Why a drawer that has not answered has ended.
fn death(status: ExitStatus) -> PictureError {
    let by = |signal: Signal| status.signal() == Some(signal.as_raw());
    if by(Signal::XCPU) || by(Signal::KILL) {
        too_long()
    } else {
        too_complex("it cannot be drawn here; simplify it, or save it as PNG")
    }
}

/// The drawer's part.
fn answer() -> io::Result<()> {
    bound();
    let mut question = Vec::new();
    io::stdin().read_to_end(&mut question)?;
    let (fit, document) = fit_of(&question).ok_or(io::ErrorKind::InvalidData)?;
    let answer = write(&decode_here(document, fit));
    io::stdout().write_all(&answer)
}

/// Takes from this process what no drawing may have. A system that refuses bounds leaves those that are counted.
fn bound() {
    let most = |resource, most: u64| {
        let maximum = getrlimit(resource).maximum;
        let most = maximum.map_or(most, |maximum| most.min(maximum));
        let _ = setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most),
            },
        );
    };
    most(Resource::Core, 0);
    most(Resource::Fsize, 0);
    most(Resource::Cpu, MAX_CPU_S);
    if let Some(own) = address_space() {
        most(Resource::As, own + MAX_BYTES);
    }
}

/// Bytes of addresses that this process has.
fn address_space() -> Option<u64> {
    let sizes = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = sizes.split(' ').next()?.parse().ok()?;
    Some(pages * u64::try_from(rustix::param::page_size()).ok()?)
}

fn head(fit: Fit) -> [u8; 5] {
    let (kind, px) = match fit {
        Fit::Within(px) => (b'w', px),
        Fit::Covering(px) => (b'c', px),
    };
    let [a, b, c, d] = px.to_le_bytes();
    [kind, a, b, c, d]
}

fn fit_of(question: &[u8]) -> Option<(Fit, &[u8])> {
    let (&[kind, ref px @ ..], document) = question.split_first_chunk::<5>()?;
    let px = u32::from_le_bytes(*px);
    match kind {
        b'w' => Some((Fit::Within(px), document)),
        b'c' => Some((Fit::Covering(px), document)),
        _ => None,
    }
}

/// A letter, then sides and pixels, or a text.
fn write(drawn: &Result<Picture, PictureError>) -> Vec<u8> {
    let (letter, text) = match drawn {
        Ok(picture) => {
            let (width, height) = (picture.width(), picture.height());
            let pixels = width as usize * height as usize;
            let mut answer = Vec::with_capacity(4 * pixels + 9);
            answer.push(b'p');
            answer.extend(width.to_le_bytes());
            answer.extend(height.to_le_bytes());
            for y in 0..height {
                (0..width).for_each(|x| answer.extend(picture.pixel(x, y)));
            }
            return answer;
        }
        Err(PictureError::UnknownFormat) => (b'f', ""),
        Err(PictureError::TooMuchMemory) => (b'm', ""),
        Err(PictureError::Unsupported(text)) => (b'u', text.as_str()),
        Err(PictureError::TooComplex(text)) => (b'c', text.as_str()),
        Err(PictureError::Broken(text)) => (b'b', text.as_str()),
        Err(PictureError::SideTooLong { .. } | PictureError::TooManyPixels { .. }) => (b'm', ""),
    };
    [&[letter], text.as_bytes()].concat()
}

/// `None`: the answer is not whole.
fn parse(answer: &[u8]) -> Option<Result<Picture, PictureError>> {
    let (letter, rest) = answer.split_first()?;
    let text = || String::from_utf8_lossy(rest).into_owned();
    Some(match letter {
        b'p' => {
            let (width, rest) = rest.split_first_chunk()?;
            let (height, pixels) = rest.split_first_chunk()?;
            let (width, height) = (u32::from_le_bytes(*width), u32::from_le_bytes(*height));
            return Picture::from_rgba(width, height, pixels.to_vec()).map(Ok);
        }
        b'f' => Err(PictureError::UnknownFormat),
        b'm' => Err(PictureError::TooMuchMemory),
        b'u' => Err(PictureError::Unsupported(text())),
        b'c' => Err(PictureError::TooComplex(text())),
        b'b' => Err(PictureError::Broken(text())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_arrive_as_they_were() {
        for fit in [Fit::Within(1), Fit::Covering(8192)] {
            let question = [&head(fit)[..], b"<svg/>"].concat();
            assert_eq!(fit_of(&question), Some((fit, &b"<svg/>"[..])));
        }
        assert_eq!(fit_of(b"w\0\0"), None);
        let picture = Picture::from_rgba(2, 1, vec![1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        for drawn in [
            Ok(picture),
            Err(PictureError::UnknownFormat),
            Err(PictureError::TooMuchMemory),
            Err(PictureError::Unsupported("a".to_owned())),
            Err(PictureError::TooComplex("b".to_owned())),
            Err(PictureError::Broken("é".to_owned())),
        ] {
            assert_eq!(parse(&write(&drawn)), Some(drawn));
        }
        assert_eq!(parse(b""), None);
        assert_eq!(parse(b"p\x01\0\0\0\x01\0\0\0abc"), None);
    }

    #[test]
    fn a_drawer_that_dies_is_a_picture_that_cannot_be_drawn() {
        for (script, text) in [
            ("ulimit -t 1; while :; do :; done", "drawing it takes too long"),
            ("kill -ABRT $$", "cannot be drawn here"),
            ("exit 0", "cannot be drawn here"),
            ("printf p", "cannot be drawn here"),
            ("cat >/dev/null; printf bno", "no"),
        ] {
            let mut drawer = Command::new("sh");
            drawer.args(["-c", script]);
            let refused = ask(drawer, b"<svg/>", Fit::Within(9)).unwrap_err().to_string();
            assert!(refused.contains(text), "{script}: {refused}");
        }
        let missing = Command::new("/nowhere/to/be/found");
        let refused = ask(missing, b"", Fit::Within(9)).unwrap_err().to_string();
        assert!(refused.starts_with("it cannot be drawn now: "), "{refused}");
    }
}
