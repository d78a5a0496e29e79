//! Every format by its bytes.

use qr_pictures::{Fit, decode};
use qr_print::Picture;

use crate::samples::{ALL, sample};

const QUARTERS: [[u8; 4]; 4] = [[200, 0, 0, 255], [0, 160, 0, 255], [0, 0, 220, 255], [255; 4]];

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 4] {
    picture.pixel(x, y)
}

fn near(one: [u8; 4], other: [u8; 4], most: u8) -> bool {
    one.iter()
        .zip(other)
        .all(|(one, other)| one.abs_diff(other) <= most)
}

#[test]
fn every_format_shows_the_same_quarters() {
    for (name, bytes) in ALL {
        let picture = decode(bytes, Fit::Within(1000)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((picture.width(), picture.height()), (40, 30), "{name}");
        for (quarter, (x, y)) in QUARTERS.into_iter().zip([(10, 7), (30, 7), (10, 22), (30, 22)]) {
            let found = pixel(&picture, x, y);
            let expected = match quarter {
                _ if name.starts_with("grey") => {
                    let [r, g, b, _] = quarter.map(u32::from);
                    let grey = u8::try_from((r * 299 + g * 587 + b * 114) / 1000).unwrap();
                    [grey, grey, grey, 255]
                }
                [255, ..] if ["rgba.png", "rgba.tif", "alpha.webp"].contains(name) => {
                    assert_eq!(found[3], 0, "{name}");
                    continue;
                }
                quarter => quarter,
            };
            assert!(
                near(found, expected, 14),
                "{name} at {x}, {y}: {found:?}, not {expected:?}"
            );
        }
    }
}

#[test]
fn what_is_too_large_for_its_place_is_made_smaller() {
    for (fit, size) in [
        (Fit::Within(1), (1, 1)),
        (Fit::Within(4), (4, 3)),
        (Fit::Within(39), (39, 29)),
        (Fit::Within(40), (40, 30)),
        (Fit::Within(100), (40, 30)),
        (Fit::Covering(4), (5, 4)),
        (Fit::Covering(29), (39, 29)),
        (Fit::Covering(30), (40, 30)),
    ] {
        for (name, bytes) in ALL {
            let picture = decode(bytes, fit).unwrap();
            assert_eq!((picture.width(), picture.height()), size, "{name}, {fit:?}");
        }
    }
    for fit in [Fit::Within(20), Fit::Covering(15)] {
        for (name, bytes) in ALL {
            let picture = decode(bytes, fit).unwrap();
            let middle = picture.pixel(5, 4);
            assert!(
                name.starts_with("grey") || near(middle, QUARTERS[0], 14),
                "{name}: {middle:?}"
            );
        }
    }
    let picture = decode(sample("exif6.jpg"), Fit::Within(20)).unwrap();
    assert_eq!((picture.width(), picture.height()), (20, 15));
    assert!(near(pixel(&picture, 2, 2), QUARTERS[0], 14));
}

#[test]
fn colours_that_a_file_multiplied_by_their_opacity_are_as_bright_as_before() {
    let picture = decode(include_bytes!("../samples/associated.tif"), Fit::Within(9)).unwrap();
    assert_eq!(
        [picture.pixel(0, 0), picture.pixel(1, 0)],
        [[199, 0, 100, 128], [7, 8, 9, 255]]
    );
}

#[test]
fn only_bytes_decide() {
    for bytes in [
        &b""[..],
        b"GIF",
        b"\x89PNG",
        b"%PDF-1.7",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\x01\0ico",
        b"qoif",
        b"text",
    ] {
        assert!(decode(bytes, Fit::Within(100)).is_err(), "{bytes:?}");
    }
    assert_eq!(
        decode(b"%PDF-1.7", Fit::Within(100)).unwrap_err().to_string(),
        "it is no PNG, JPEG, GIF, BMP, TIFF, WebP or SVG"
    );
    assert_eq!(
        decode(b"<html></html>", Fit::Within(100)),
        decode(b"%PDF-1.7", Fit::Within(100))
    );
}
