//! Drawings: judged before they are drawn, since drawing cannot be stopped.

mod apart;
mod cost;
mod document;

use qr_print::Picture;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

use crate::Fit;
use crate::error::PictureError;
use crate::unmultiplied::unmultiplied;
pub use apart::draw_apart;
use cost::Cost;

/// Bytes of a document.
const MAX_DOCUMENT: usize = 256 * 1024;
/// Pixels of the longer side when it is drawn.
const MAX_DRAWN_PX: f32 = 2048.0;
/// Below it a drawing is hardly a picture: what costs too much even so is refused.
const MIN_DRAWN_PX: f32 = 64.0;

/// Whether it looks like XML; everything else is judged when it is parsed.
pub(crate) fn is_svg(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.trim_ascii_start().first() == Some(&b'<')
}

pub(crate) fn decode(bytes: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    if bytes.len() > MAX_DOCUMENT {
        return Err(PictureError::TooComplex(format!(
            "an SVG may have {} KiB",
            MAX_DOCUMENT / 1024
        )));
    }
    apart::decode(bytes, fit)
}

/// In this very process.
fn decode_here(bytes: &[u8], fit: Fit) -> Result<Picture, PictureError> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| PictureError::Broken("an SVG has to be UTF-8".to_owned()))?;
    let document = document::parse(text)?;
    let tree = Tree::from_xmltree(&document, &options()).map_err(|error| broken(&error.to_string()))?;
    draw(&tree, fit)
}

/// Every way out of the document closed.
fn options() -> Options<'static> {
    Options {
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of 1 to 2 048 pixels"
)]
fn draw(tree: &Tree, fit: Fit) -> Result<Picture, PictureError> {
    let (width, height) = (tree.size().width(), tree.size().height());
    let longer = width.max(height);
    let cost = Cost::of(tree).ok_or_else(|| too_complex("it is drawn from too many parts"))?;
    if cost.has_filters {
        return Err(PictureError::Unsupported(
            "it has a filter, such as a blur, which is not drawn here; save it as PNG".to_owned(),
        ));
    }
    let mut side = fit.longer_side(width, height).clamp(MIN_DRAWN_PX, MAX_DRAWN_PX);
    while !cost.is_bearable(side / longer) {
        side *= 0.8;
        if side < MIN_DRAWN_PX {
            return Err(too_long());
        }
    }
    let scale = side / longer;
    let pixels = |length: f32| ((length * scale).round() as u32).clamp(1, MAX_DRAWN_PX as u32);
    let (drawn_width, drawn_height) = (pixels(width), pixels(height));
    let mut pixmap = Pixmap::new(drawn_width, drawn_height).ok_or(PictureError::TooMuchMemory)?;
    let transform = Transform::from_scale(drawn_width as f32 / width, drawn_height as f32 / height);
    resvg::render(tree, transform, &mut pixmap.as_mut());
    let mut bytes = pixmap.take();
    for pixel in bytes.chunks_exact_mut(4) {
        if let [r, g, b, a] = pixel {
            for channel in [r, g, b] {
                *channel = unmultiplied(*channel, *a);
            }
        }
    }
    Picture::from_rgba(drawn_width, drawn_height, bytes).ok_or(PictureError::TooMuchMemory)
}

fn too_long() -> PictureError {
    too_complex("drawing it takes too long; simplify it, or save it as PNG")
}

fn too_complex(what: &str) -> PictureError {
    PictureError::TooComplex(what.to_owned())
}

/// A parser's words, cut to one line.
fn broken(text: &str) -> PictureError {
    let line = text.lines().next().unwrap_or_default();
    PictureError::Broken(
        line.chars()
            .filter(|shown| !shown.is_control())
            .take(120)
            .collect(),
    )
}
