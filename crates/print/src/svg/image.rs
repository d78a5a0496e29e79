//! Pictures inside of the document: PNG files as data URLs, as many pixels as the print needs and the source has.

use std::io::{self, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;

use crate::design::{Logo, Underlay};
use crate::layout::Layout;
use crate::picture::Picture;
use crate::picture::overlay::LogoBox;
use crate::picture::scaled::Crop;
use crate::png;

/// Writes a picture over the whole square of `side` pixels.
pub(crate) fn write_underlay(underlay: &Underlay, side: u32, out: &mut impl Write) -> io::Result<()> {
    let place = LogoBox {
        left: 0,
        top: 0,
        width: side,
        height: side,
    };
    // Four places tell all 256 apart.
    let opacity = (underlay.opacity() * 10_000.0).round() / 10_000.0;
    let opacity = format!(" opacity=\"{opacity}\"");
    write(
        &underlay.picture,
        Crop::square(&underlay.picture),
        place,
        &opacity,
        out,
    )
}

/// Writes a logo to its place.
pub(crate) fn write_logo(logo: &Logo, layout: &Layout, out: &mut impl Write) -> io::Result<()> {
    let place = LogoBox::of(logo, layout);
    write(&logo.picture, Crop::whole(&logo.picture), place, "", out)
}

fn write(
    picture: &Picture,
    crop: Crop,
    place: LogoBox,
    attributes: &str,
    out: &mut impl Write,
) -> io::Result<()> {
    let LogoBox {
        left,
        top,
        width,
        height,
    } = place;
    // The older name of the attribute is the one that every program knows.
    write!(
        out,
        "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"{attributes} \
         preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,"
    )?;
    let mut base64 = EncoderWriter::new(&mut *out, &STANDARD);
    let size = (needed(crop.width, width), needed(crop.height, height));
    png::write_picture(picture, crop, size, &mut base64)?;
    base64.finish()?;
    drop(base64);
    write!(out, "\"/>")
}

/// As many pixels as there are, or as are printed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures"
)]
fn needed(source: f64, printed: u32) -> u32 {
    (source as u32).clamp(1, printed.max(1))
}
