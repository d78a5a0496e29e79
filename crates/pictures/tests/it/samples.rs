//! Files that other programs wrote: 40 × 30 pixels, red, green, blue and white quarters.

macro_rules! samples {
    ($($name:literal),+ $(,)?) => {
        /// Every file with its name.
        pub(crate) const ALL: &[(&str, &[u8])] = &[
            $(($name, include_bytes!(concat!("../samples/", $name)))),+
        ];
    };
}

samples![
    "rgb.png",
    "rgba.png",
    "palette.png",
    "grey.png",
    "baseline.jpg",
    "progressive.jpg",
    "subsampled.jpg",
    "cmyk.jpg",
    "grey.jpg",
    "exif1.jpg",
    "exif2.jpg",
    "exif3.jpg",
    "exif4.jpg",
    "exif5.jpg",
    "exif6.jpg",
    "exif7.jpg",
    "exif8.jpg",
    "animated.gif",
    "still.bmp",
    "lzw.tif",
    "deflate.tif",
    "rgba.tif",
    "cmyk.tif",
    "lossy.webp",
    "lossless.webp",
    "alpha.webp",
    "animated.webp",
];

pub(crate) fn sample(name: &str) -> &'static [u8] {
    ALL.iter().find(|(known, _)| *known == name).unwrap().1
}
