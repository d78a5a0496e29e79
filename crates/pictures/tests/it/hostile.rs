//! Files that want more than a picture may take.

use allocation_counter::measure;
use qr_pictures::{Fit, MAX_BYTES, MAX_PIXELS, PictureError, decode};

use crate::samples::{ALL, sample};

/// Decodes within the bound of memory.
pub(crate) fn bounded(bytes: &[u8]) -> Result<(), PictureError> {
    bounded_as("", bytes)
}

fn bounded_as(what: &str, bytes: &[u8]) -> Result<(), PictureError> {
    bounded_to_fit(what, bytes, Fit::Within(2048))
}

fn bounded_to_fit(what: &str, bytes: &[u8], fit: Fit) -> Result<(), PictureError> {
    let mut result = Ok(());
    let used = measure(|| result = decode(bytes, fit).map(|_| ()));
    assert!(used.bytes_max <= MAX_BYTES, "{what}: {} bytes", used.bytes_max);
    result
}

#[test]
fn half_a_file_is_no_picture() {
    for (name, bytes) in ALL {
        for keep in [bytes.len() / 2, bytes.len() * 8 / 10] {
            // Of an animation the first frame may be there.
            let cut = bounded(&bytes[..keep]);
            assert!(
                cut.is_err() || name.starts_with("animated"),
                "{keep} bytes of {name}"
            );
        }
        for keep in 0..bytes.len().min(200) {
            let _ = bounded(&bytes[..keep]);
        }
    }
}

#[test]
fn no_byte_turned_over_does_harm() {
    for (name, bytes) in ALL {
        for at in 0..bytes.len().min(300) {
            for value in [0, 0x7F, 0x80, 0xFF] {
                let mut turned = bytes.to_vec();
                turned[at] = value;
                let _ = bounded_as(&format!("{value} at {at} of {name}"), &turned);
            }
        }
    }
}

/// A PNG file of these chunks; checksums are right.
fn png(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks {
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let crc = crc(&[kind.as_slice(), data].concat());
        file.extend(*kind);
        file.extend(data);
        file.extend(crc.to_be_bytes());
    }
    file
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (0_u32.wrapping_sub(crc & 1)))
        })
    })
}

fn header(width: u32, height: u32, depth: u8, color: u8) -> Vec<u8> {
    [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[depth, color, 0, 0, 0],
    ]
    .concat()
}

#[test]
fn what_headers_promise_is_judged_before_it_is_believed() {
    let promised = |width, height, depth, color| {
        let file = png(&[
            (b"IHDR", header(width, height, depth, color)),
            (b"IDAT", vec![0x78, 1]),
            (b"IEND", vec![]),
        ]);
        bounded(&file).unwrap_err().to_string()
    };
    assert_eq!(
        promised(8193, 1, 8, 2),
        "8193 × 1 pixels are more than 8192 a side"
    );
    assert_eq!(
        promised(6000, 4001, 8, 2),
        "6000 × 4001 pixels are more than 24 million"
    );
    let too_much = "decoding it takes more than 96 MiB; save it with fewer pixels";
    assert_eq!(promised(5000, 4000, 16, 6), too_much);
    assert_eq!(promised(6000, 4000, 16, 2), too_much);
    promised(0x7FFF_FFFF, 0x7FFF_FFFF, 8, 6);
    promised(0, 1, 8, 2);
    let mut bmp = sample("still.bmp").to_vec();
    bmp[18..26].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0x7F]);
    assert!(bounded(&bmp).is_err());
    let mut gif = sample("animated.gif").to_vec();
    gif[6..10].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    assert!(bounded(&gif).is_err());
}

/// Any number of zeros as deflate tells them in a thousandth of their bytes.
fn zeros(count: usize) -> Vec<u8> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![0; count]).unwrap();
    packed.finish().unwrap()
}

#[test]
fn bombs_stay_small() {
    // As large as allowed, from a few bytes: a picture, if a dull one.
    let largest = png(&[
        (b"IHDR", header(6000, 4000, 8, 2)),
        (b"IDAT", zeros(18_001 * 4000)),
        (b"IEND", vec![]),
    ]);
    assert!(largest.len() < 100_000);
    assert_eq!(bounded(&largest), Ok(()));
    // Text and profile chunks that unpack to a gigabyte.
    for kind in [b"zTXt", b"iCCP", b"iTXt"] {
        let prefix: &[u8] = match kind {
            b"iTXt" => b"k\0\x01\0\0\0",
            _ => b"k\0\0",
        };
        let bomb = png(&[
            (b"IHDR", header(1, 1, 8, 2)),
            (kind, [prefix, &zeros(200 << 20)].concat()),
            (b"IDAT", zeros(4)),
            (b"IEND", vec![]),
        ]);
        let _ = bounded(&bomb);
    }
}

#[test]
fn a_jpeg_has_no_more_scans_than_encoders_write() {
    let bytes = sample("progressive.jpg");
    let scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]).unwrap();
    let (head, rest) = bytes.split_at(scan);
    let last = &rest[..rest.len() - 2];
    let repeated = [head, &last.repeat(1000), &[0xFF, 0xD9]].concat();
    assert_eq!(
        bounded(&repeated).unwrap_err().to_string(),
        "the JPEG file has more than 64 scans"
    );
}

/// The start of frame of a JPEG sample with another size.
fn resized(name: &str, marker: u8, width: u16, height: u16) -> Vec<u8> {
    let mut bytes = sample(name).to_vec();
    let at = bytes.windows(2).position(|pair| pair == [0xFF, marker]).unwrap() + 5;
    bytes[at..at + 2].copy_from_slice(&height.to_be_bytes());
    bytes[at + 2..at + 4].copy_from_slice(&width.to_be_bytes());
    bytes
}

#[test]
fn a_jpeg_that_promises_more_than_it_holds_is_bounded() {
    let _ = bounded(&resized("baseline.jpg", 0xC0, 6000, 4000));
    assert_eq!(
        bounded(&resized("progressive.jpg", 0xC2, 6000, 4000)),
        Err(PictureError::TooMuchMemory)
    );
    let _ = bounded(&resized("progressive.jpg", 0xC2, 3000, 3000));
}

/// What has to stay free for a decoder's tables.
const BESIDES: u64 = 4 << 20;

/// A file of `width` × `height` pixels of one colour, in few bytes for their number.
type Dull = fn(u32, u32) -> Vec<u8>;

/// Rows that are told to be runs of one index.
fn dull_bmp(width: u32, height: u32) -> Vec<u8> {
    let row = {
        let runs = (0..width / 255).flat_map(|_| [255, 0]);
        let rest = u8::try_from(width % 255).unwrap();
        runs.chain([rest, 0, 0, 0]).collect::<Vec<u8>>()
    };
    let pixels = row.repeat(height as usize);
    let mut file = b"BM\0\0\0\0\0\0\0\0\x3A\0\0\0\x28\0\0\0".to_vec();
    file.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    // One plane, 8 bits, RLE8; one colour.
    file.extend([1, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    file.extend([0_u8; 8].into_iter().chain([1, 0, 0, 0, 0, 0, 0, 0]));
    file.extend([9, 8, 7, 0]);
    file.extend(pixels);
    file
}

fn dull_tiff(width: u32, height: u32) -> Vec<u8> {
    one_strip(width, height, 3, 2)
}

fn dull_cmyk_tiff(width: u32, height: u32) -> Vec<u8> {
    one_strip(width, height, 4, 5)
}

/// A TIFF file of one strip, packed by deflate, whose eight-bit samples mean `photometric`.
fn one_strip(width: u32, height: u32, samples: u32, photometric: u32) -> Vec<u8> {
    let strip = zeros(samples as usize * width as usize * height as usize);
    let strip_bytes = u32::try_from(strip.len()).unwrap();
    let tags: [(u16, u16, u32, u32); 9] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        // Eight bits for each sample: they do not fit here, and stand before the strip.
        (258, 3, samples, 122),
        (259, 3, 1, 8),
        (262, 3, 1, photometric),
        (273, 4, 1, 122 + 2 * samples),
        (277, 3, 1, samples),
        (278, 4, 1, height),
        (279, 4, 1, strip_bytes),
    ];
    let mut file = b"II*\0\x08\0\0\0\x09\0".to_vec();
    for (tag, kind, count, value) in tags {
        file.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        file.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
    }
    file.extend([0; 4]);
    file.extend([8, 0].repeat(samples as usize));
    file.extend(strip);
    file
}

fn dull_png(width: u32, height: u32) -> Vec<u8> {
    let pixels = zeros((3 * width as usize + 1) * height as usize);
    png(&[
        (b"IHDR", header(width, height, 8, 2)),
        (b"IDAT", pixels),
        (b"IEND", vec![]),
    ])
}

fn dull_wide_png(width: u32, height: u32) -> Vec<u8> {
    let pixels = zeros((8 * width as usize + 1) * height as usize);
    png(&[
        (b"IHDR", header(width, height, 16, 6)),
        (b"IDAT", pixels),
        (b"IEND", vec![]),
    ])
}

fn dull_interlaced_png(width: u32, height: u32) -> Vec<u8> {
    let mut head = header(width, height, 8, 2);
    head[12] = 1;
    // As many bytes as seven passes need, and then some.
    let pixels = zeros((3 * width as usize + 16) * height as usize);
    png(&[(b"IHDR", head), (b"IDAT", pixels), (b"IEND", vec![])])
}

fn encoded(width: u32, height: u32, format: image::ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(width, height)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

#[test]
fn the_largest_of_every_format_stay_within_the_bound() {
    let kinds: [(&str, u64, Dull); 10] = [
        ("PNG", 3, dull_png),
        ("PNG of 16 bits", 8, dull_wide_png),
        ("PNG, interlaced", 3, dull_interlaced_png),
        ("BMP", 3, dull_bmp),
        ("TIFF", 6, dull_tiff),
        ("TIFF of CMYK", 8, dull_cmyk_tiff),
        ("JPEG", 3, |w, h| encoded(w, h, image::ImageFormat::Jpeg)),
        ("GIF", 6, |w, h| encoded(w, h, image::ImageFormat::Gif)),
        ("WebP", 7, |w, h| encoded(w, h, image::ImageFormat::WebP)),
        ("JPEG, progressive", 9, |w, h| {
            resized(
                "progressive.jpg",
                0xC2,
                u16::try_from(w).unwrap(),
                u16::try_from(h).unwrap(),
            )
        }),
    ];
    for (what, bytes_a_pixel, file) in kinds {
        // The largest square for which the bounds have room, and for which they have none.
        let most = MAX_PIXELS.min((MAX_BYTES - BESIDES) / bytes_a_pixel).isqrt();
        let most = u32::try_from(most).unwrap();
        let fits = file(most, most);
        for fit in [Fit::Within(1), Fit::Within(most - 1), Fit::Covering(9000)] {
            let decoded = bounded_to_fit(what, &fits, fit);
            if what != "JPEG, progressive" {
                assert_eq!(decoded, Ok(()), "{what}, {fit:?}");
            }
        }
        let too_large = bounded_as(what, &file(most + 1, most + 1));
        assert!(
            matches!(
                too_large,
                Err(PictureError::TooMuchMemory | PictureError::TooManyPixels { .. })
            ),
            "{what}: {too_large:?}"
        );
        for keep in [fits.len() / 2, fits.len() - 1] {
            let _ = bounded_to_fit(what, &fits[..keep], Fit::Within(300));
        }
    }
}
