//! The fields of a render that are about looks: the design that they make, and the colours in it that nobody could see.

use qr_print::{Background, Color, Design, FinderCentre, FinderRing, OuterRing, Pattern};

use super::reader::Reader;

/// Below this ratio nothing reads a code.
const LEAST_CONTRAST: f64 = 1.5;

const LONE_STOP: &str = "gradient_from and gradient_to must be given together.";

/// What `eye_shape` can be. It sets the ring and the centre of the finder patterns together.
pub(super) const EYE_SHAPES: [(&str, (FinderRing, FinderCentre)); 4] = [
    ("square", (FinderRing::Square, FinderCentre::Square)),
    ("rounded", (FinderRing::Rounded, FinderCentre::Rounded)),
    ("circle", (FinderRing::Circle, FinderCentre::Circle)),
    ("frame", (FinderRing::Frame, FinderCentre::Square)),
];

/// Reads the design, all but its quiet zone. Where a field has failed its default stands in, and what depends on the
/// field is not judged.
pub(super) fn read(reader: &mut Reader<'_>) -> Design {
    let color = reader.color("color", Color::BLACK);
    let background = reader.color("background", Background::Transparent);
    let patterns = Pattern::ALL.map(|pattern| (pattern.as_str(), pattern));
    let pattern = reader.choice("pattern", &patterns, Pattern::default());
    let modules = Modules::read(reader, color);
    // Fields of a single part win over those of both.
    let shapes = reader.choice("eye_shape", &EYE_SHAPES, Default::default());
    let (ring, centre) = shapes.unwrap_or_default();
    let eye = eye_color(reader, "eye_color", None);
    let outer_ring = outer_ring(reader);
    let rings = FinderRing::ALL.map(|ring| (ring.as_str(), ring));
    let ring = reader.choice("eye_border_shape", &rings, ring);
    let centres = FinderCentre::ALL.map(|centre| (centre.as_str(), centre));
    let centre = reader.choice("eye_center_shape", &centres, centre);
    let ring_color = eye_color(reader, "eye_border_color", eye);
    let centre_color = eye_color(reader, "eye_center_color", eye);

    let mut design = Design::default()
        .with_pattern(pattern.unwrap_or_default())
        .with_finder_ring(ring.unwrap_or_default())
        .with_finder_centre(centre.unwrap_or_default());
    design = modules.paint(design);
    design.outer_ring = outer_ring;
    design.finder_ring_color = ring_color.map(|(color, _)| color);
    design.finder_centre_color = centre_color.map(|(color, _)| color);
    if let Some(background) = background {
        design.background = background;
        let eyes = [ring_color, centre_color].into_iter().flatten();
        let eyes = eyes.map(|(color, field)| Ink::plain(color, field));
        let inks: Vec<_> = modules.inks().into_iter().chain(eyes).collect();
        refuse_invisible(reader, background, &inks);
    }
    design
}

/// How the modules are painted.
enum Modules {
    Color(Color),
    Gradient(Color, Color),
    /// A field has failed.
    Unknown,
}

impl Modules {
    fn read(reader: &mut Reader<'_>, color: Option<Color>) -> Self {
        let from = reader.color("gradient_from", Color::BLACK);
        let to = reader.color("gradient_to", Color::BLACK);
        let known = match (reader.came("gradient_from"), reader.came("gradient_to")) {
            (false, false) => color.map(Self::Color),
            (true, true) => from.zip(to).map(|(from, to)| Self::Gradient(from, to)),
            (true, false) => reader.refuse("gradient_to", LONE_STOP),
            (false, true) => reader.refuse("gradient_from", LONE_STOP),
        };
        known.unwrap_or(Self::Unknown)
    }

    fn paint(&self, design: Design) -> Design {
        match *self {
            Self::Color(color) => design.with_color(color),
            Self::Gradient(from, to) => design.with_gradient(from, to),
            Self::Unknown => design,
        }
    }

    fn inks(&self) -> Vec<Ink> {
        match *self {
            Self::Color(color) => vec![Ink::plain(color, "color")],
            // The middle may vanish where both ends stand out.
            Self::Gradient(from, to) => vec![
                Ink::plain(from, "gradient_from"),
                Ink::plain(to, "gradient_to"),
                Ink {
                    modules: self.paint(Design::default()),
                    fields: vec!["gradient_from", "gradient_to"],
                },
            ],
            Self::Unknown => Vec::new(),
        }
    }
}

/// The colour of a part of the finder patterns, with the field that gave it: this one, or the one for both parts.
fn eye_color(
    reader: &mut Reader<'_>,
    field: &'static str,
    of_both: Option<(Color, &'static str)>,
) -> Option<(Color, &'static str)> {
    if !reader.came(field) {
        return of_both;
    }
    let color = reader.color(field, Color::BLACK)?;
    Some((color, field))
}

/// The thin ring outside of the finder patterns. Without it, its colour means nothing.
fn outer_ring(reader: &mut Reader<'_>) -> Option<OuterRing> {
    let wanted = reader.boolean("eye_outer_frame", false);
    let ring = match reader.boolean("eye_outer_frame_match", false)? {
        true => OuterRing::LikeFinder,
        false => OuterRing::LikeModules,
    };
    wanted?.then_some(ring)
}

/// Something that a part of the symbol is painted with.
struct Ink {
    /// A design whose modules are painted with it.
    modules: Design,
    /// The fields that gave it.
    fields: Vec<&'static str>,
}

impl Ink {
    fn plain(color: Color, field: &'static str) -> Self {
        Self {
            modules: Design::default().with_color(color),
            fields: vec![field],
        }
    }

    fn contrast_on(&self, under: Color) -> f64 {
        self.modules.clone().with_background(under).contrast().ratio
    }
}

/// Refuses each ink that does not stand out, on the paper that suits all of them together better: what
/// [`Design::contrast`] tells of the weakest, told of every one.
fn refuse_invisible(reader: &mut Reader<'_>, background: Background, inks: &[Ink]) {
    let on = |paper: Color| -> Vec<f64> {
        let under = match background {
            Background::Transparent => paper,
            Background::Color(color) => color.over(paper),
        };
        inks.iter().map(|ink| ink.contrast_on(under)).collect()
    };
    let least = |ratios: &[f64]| ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let (white, black) = (on(Color::WHITE), on(Color::BLACK));
    let ratios = if least(&white) >= least(&black) {
        white
    } else {
        black
    };
    for (ink, ratio) in inks.iter().zip(ratios) {
        let told = ink.fields.iter().any(|field| reader.errors.has(field));
        let Some(field) = ink.fields.last().filter(|_| ratio < LEAST_CONTRAST && !told) else {
            continue;
        };
        // Cut, not rounded: 1.49 must not read as the 1.5 that is enough.
        let shown = (ratio * 10.0).floor() / 10.0;
        reader.errors.add_domain(
            field,
            format!("Contrast {shown:.1}:1 against the background cannot be read; choose a darker color."),
        );
    }
}
