//! SVG: what is drawn, what is refused, and what would take too long.

use qr_pictures::{Fit, PictureError, decode};
use qr_print::Picture;

use crate::hostile::bounded;

const XMLNS: &str = "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

fn document(inside: &str) -> Vec<u8> {
    format!("<svg {XMLNS} viewBox=\"0 0 100 50\">{inside}</svg>").into_bytes()
}

fn draw(inside: &str, px: u32) -> Result<Picture, PictureError> {
    decode(&document(inside), Fit::Within(px))
}

fn refused(inside: &str) -> String {
    draw(inside, 1000).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn a_drawing_is_as_sharp_as_its_place() {
    for (px, size) in [
        (200, (200, 100)),
        (1000, (1000, 500)),
        (2048, (2048, 1024)),
        (8192, (2048, 1024)),
    ] {
        let picture = draw("<path d=\"M0 0h50v50H0z\" fill=\"#c00\"/>", px).unwrap();
        assert_eq!((picture.width(), picture.height()), size);
        assert_eq!(picture.pixel(size.0 / 4, size.1 / 2), [0xCC, 0, 0, 255]);
        assert_eq!(picture.pixel(size.0 * 3 / 4, size.1 / 2)[3], 0);
    }
    let with_bom = [
        b"\xEF\xBB\xBF<?xml version=\"1.0\"?>",
        format!("<svg {XMLNS} width=\"9\" height=\"9\"/>").as_bytes(),
    ]
    .concat();
    assert!(decode(&with_bom, Fit::Within(100)).is_ok());
}

#[test]
fn a_background_covers_its_place() {
    let covering = |px| decode(&document("<path d=\"M0 0h50v50H0z\"/>"), Fit::Covering(px)).unwrap();
    assert_eq!((covering(300).width(), covering(300).height()), (600, 300));
    assert_eq!((covering(9000).width(), covering(9000).height()), (2048, 1024));
}

#[test]
fn drawings_of_usual_programs_are_drawn() {
    let parts = [
        "<defs><linearGradient id=\"g\"><stop stop-color=\"red\"/><stop offset=\"1\"/></linearGradient></defs><rect width=\"9\" height=\"9\" fill=\"url(#g)\"/>",
        "<style>.a{fill:#123456}.b,.c{clip-path:url(#k)}</style><clipPath id=\"k\"><rect class=\"a\" width=\"5\" height=\"5\"/></clipPath><g class=\"b\"><circle r=\"9\"/></g>",
        "<mask id=\"m\"><rect width=\"50\" height=\"50\" fill=\"white\"/></mask><g mask=\"url(#m)\" opacity=\".5\"><ellipse rx=\"20\" ry=\"30\"/></g>",
        "<symbol id=\"s\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></symbol><use xlink:href=\"#s\" width=\"20\"/><use href=\"#s\"/>",
        "<i:pgf xmlns:i=\"http://ns.adobe.com/i\">whatever</i:pgf><metadata>x</metadata><title>t</title><desc>d</desc>",
        "<path d=\"M0 0L99 49\" stroke=\"blue\" stroke-width=\"3\" stroke-dasharray=\"2 1\"/>",
        "<a href=\"https://example.com\"><rect width=\"9\" height=\"9\"/></a>",
    ];
    for part in parts {
        assert!(draw(part, 500).is_ok(), "{part}: {:?}", draw(part, 500));
    }
    let with_entities = format!(
        "<!DOCTYPE svg [<!ENTITY ns \"http://www.w3.org/2000/svg\">]><svg xmlns=\"&ns;\" {}><rect width=\"9\" height=\"9\"/></svg>",
        "viewBox=\"0 0 9 9\""
    );
    assert!(decode(with_entities.as_bytes(), Fit::Within(100)).is_ok());
}

#[test]
fn what_would_be_missing_or_reach_out_is_refused() {
    for (inside, text) in [
        (
            "<text>QR</text>",
            "its text needs fonts; convert text to outlines",
        ),
        (
            "<image href=\"file:///etc/passwd\"/>",
            "it embeds another image; save it as PNG",
        ),
        (
            "<image xlink:href=\"data:image/png;base64,AA==\"/>",
            "it embeds another image; save it as PNG",
        ),
        ("<script>alert(1)</script>", "it holds <script>"),
        ("<foreignObject/>", "it holds <foreignObject>"),
        ("<use href=\"other.svg#x\"/>", "it refers to another file"),
        (
            "<use xlink:href=\"http://example.com/#x\"/>",
            "it refers to another file",
        ),
        (
            "<filter id=\"f\"/>",
            "<filter> is not drawn here; simplify it, or save it as PNG",
        ),
        (
            "<pattern/>",
            "<pattern> is not drawn here; simplify it, or save it as PNG",
        ),
        (
            "<marker/>",
            "<marker> is not drawn here; simplify it, or save it as PNG",
        ),
    ] {
        assert_eq!(refused(inside), text);
    }
    for broken in [
        "<svg",
        "<svg></svg>",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><g></svg>",
        "<?xml version=\"1.0\"?>",
    ] {
        assert!(decode(broken.as_bytes(), Fit::Within(100)).is_err(), "{broken}");
    }
    let file = "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><title>&x;</title></svg>";
    assert!(decode(file.as_bytes(), Fit::Within(100)).is_err());
    assert!(decode(&[b"<svg>".to_vec(), vec![0xFF; 9]].concat(), Fit::Within(100)).is_err());
}

/// Drawings whose cost is far beyond their size. Times are not asserted: the bound is on what is counted, and a test
/// that hangs is a test that fails.
#[test]
fn explosions_are_refused_or_drawn_small() {
    let nested = |open: &str, close: &str, count: usize, inside: &str| {
        format!("{}{inside}{}", open.repeat(count), close.repeat(count))
    };
    let uses: String = (0..20)
        .map(|level| {
            format!(
                "<g id=\"g{level}\">{}</g>",
                format!("<use href=\"#g{}\"/>", level + 1).repeat(10)
            )
        })
        .collect();
    let laughs: String = (1..10)
        .map(|level| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(9)))
        .collect();
    let laughs = format!(
        "<!DOCTYPE svg [<!ENTITY e0 \"{}\">{laughs}]><svg {XMLNS} viewBox=\"0 0 9 9\"><title>&e9;</title></svg>",
        "lol".repeat(999)
    );
    assert!(bounded(laughs.as_bytes()).is_err());
    let clips: String = (0..14)
        .map(|level| {
            let inner = format!(
                "<rect width=\"9\" height=\"9\" clip-path=\"url(#c{})\"/>",
                level + 1
            )
            .repeat(4);
            format!("<clipPath id=\"c{level}\">{inner}</clipPath>")
        })
        .collect();
    let sheet: String = (0..14)
        .map(|level| {
            let inner = format!("<rect width=\"9\" height=\"9\" class=\"k{}\"/>", level + 1).repeat(4);
            format!("<clipPath id=\"c{level}\">{inner}</clipPath><style>.k{level}{{clip-path:url(#c{level})}}</style>")
        })
        .collect();
    let zigzag: String = (0..20_000)
        .map(|at| format!("L{} {}", at % 100, (at % 2) * 50))
        .collect();
    for (what, inside) in [
        (
            "deep groups",
            nested(
                "<g opacity=\".9\">",
                "</g>",
                40,
                "<rect width=\"9\" height=\"9\"/>",
            ),
        ),
        ("many elements", "<g/>".repeat(2001)),
        ("uses of uses", uses),
        ("a use of itself", "<g id=\"a\"><use href=\"#a\"/></g>".to_owned()),
        (
            "clips of clips",
            format!("{clips}<rect width=\"9\" height=\"9\" clip-path=\"url(#c0)\"/>"),
        ),
        (
            "clips of clips by style",
            format!("{sheet}<rect width=\"9\" height=\"9\" class=\"k0\"/>"),
        ),
        (
            "style rules",
            format!(
                "<style>{}</style>{}",
                "a b c d e f g h{fill:red}".repeat(500),
                "<g class=\"x\"/>".repeat(1000)
            ),
        ),
        (
            "a clip of itself",
            "<clipPath id=\"a\" clip-path=\"url(#a)\"><path d=\"M0 0h9v9z\"/></clipPath><g clip-path=\"url(#a)\"/>".to_owned(),
        ),
        (
            "a mask of itself",
            "<mask id=\"a\"><g mask=\"url(#a)\"/></mask><g mask=\"url(#a)\"/>".to_owned(),
        ),
        (
            "arcs without end",
            format!("<path stroke=\"red\" d=\"M0 0{}\"/>", "A50 50 0 1 1 99 99A50 50 0 1 0 1 1".repeat(6000)),
        ),
        (
            "dashes",
            "<path d=\"M0 0H100\" stroke=\"red\" stroke-dasharray=\".0001\"/>".to_owned(),
        ),
        ("xml depth", nested("<g>", "</g>", 5000, "")),
        ("bytes", format!("<desc>{}</desc>", "x".repeat(300_000))),
    ] {
        assert!(bounded(&document(&inside)).is_err(), "{what}");
    }
    for (what, inside) in [
        (
            "masks of many parts, often",
            format!(
                "<mask id=\"m\">{}</mask>{}",
                "<rect width=\"99\" height=\"49\" opacity=\".9\"/>".repeat(30),
                "<g mask=\"url(#m)\"><rect width=\"99\" height=\"49\"/></g>".repeat(600)
            ),
        ),
        (
            "layers side by side",
            "<g opacity=\".5\"><rect width=\"100\" height=\"50\"/></g>".repeat(900),
        ),
        (
            "layers within each other",
            nested(
                "<g opacity=\".9\">",
                "</g>",
                28,
                "<rect width=\"99\" height=\"49\"/>",
            )
            .repeat(10),
        ),
        ("a zigzag", format!("<path d=\"M0 0{zigzag}\"/>")),
        (
            "a stroked zigzag",
            format!("<path d=\"M0 0{zigzag}\" stroke=\"red\" fill=\"none\"/>"),
        ),
        (
            "gradients",
            format!(
                "<radialGradient id=\"g\"><stop/><stop offset=\"1\" stop-color=\"red\"/></radialGradient>{}",
                "<rect width=\"100\" height=\"50\" fill=\"url(#g)\"/>".repeat(1900)
            ),
        ),
    ] {
        // Drawn or refused, but not for minutes.
        let _ = bounded(&document(&inside))
            .map_err(|error| assert!(matches!(error, PictureError::TooComplex(_)), "{what}"));
    }
}

#[test]
fn filters_are_refused_however_they_are_written() {
    for inside in [
        "<rect width=\"9\" height=\"9\" filter=\"blur(50)\"/>",
        "<g style=\"filter:drop-shadow(1 1 red)\"><rect width=\"9\" height=\"9\"/></g>",
        "<style>.a{filter:blur(3px)}</style><rect class=\"a\" width=\"9\" height=\"9\"/>",
    ] {
        assert!(refused(inside).starts_with("it has a filter"), "{inside}");
    }
    assert!(draw("<rect width=\"9\" height=\"9\" filter=\"none\"/>", 100).is_ok());
}

#[test]
fn what_stands_in_other_files_is_refused() {
    for inside in [
        "<style>@import url(\"http://example.com/a.css\")</style>",
        "<style>.a{fill:url(http://example.com/a.svg#g)}</style>",
        "<rect width=\"9\" height=\"9\" fill=\"url(http://example.com/a.svg#g)\"/>",
        "<rect width=\"9\" height=\"9\" style=\"fill: url( 'a.svg#g' )\"/>",
    ] {
        assert_eq!(refused(inside), "it refers to another file", "{inside}");
    }
    let font =
        "<style>@font-face{src:url(data:font/woff2;base64,AAAA)}</style><rect width=\"9\" height=\"9\"/>";
    assert!(draw(font, 100).is_ok(), "nobody draws it");
    let sheet = b"<?xml-stylesheet href=\"http://example.com/a.css\"?>";
    let whole = [&sheet[..], &document("")].concat();
    assert_eq!(
        decode(&whole, Fit::Within(100)).unwrap_err().to_string(),
        "it refers to another file"
    );
}
