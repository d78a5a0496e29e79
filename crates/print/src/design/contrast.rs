//! How well a design's colours stand out from the background.

use super::Design;
use crate::color::Color;

/// How many colours of a gradient are judged: its ends may both stand out where its middle does not.
const GRADIENT_SAMPLES: u8 = 16;

/// A part of a symbol that has a colour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The dark modules.
    Modules,
    /// The rings of the finder patterns.
    FinderRing,
    /// The centres of the finder patterns.
    FinderCentre,
}

/// How much the weakest part of a design stands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// From 1 (invisible) to 21 (black and white), as WCAG 2 counts it.
    pub ratio: f64,
    /// The part that stands out least.
    pub weakest: Part,
}

impl Design {
    /// Contrast between what is dark and the background, of the part and the colour that stand out least.
    ///
    /// What is not opaque is judged over white or over black paper, whichever shows it better.
    pub fn contrast(&self) -> Contrast {
        let on = |paper| self.contrast_on(paper);
        let (white, black) = (on(Color::WHITE), on(Color::BLACK));
        if white.ratio >= black.ratio { white } else { black }
    }

    /// Whether a part is lighter than what lies under it, which some readers do not expect.
    pub fn is_inverted(&self) -> bool {
        let on = |paper| self.contrast_on(paper).ratio;
        let paper = if on(Color::WHITE) >= on(Color::BLACK) {
            Color::WHITE
        } else {
            Color::BLACK
        };
        let under = self.background_color().over(paper);
        self.colors()
            .any(|(_, color)| color.over(under).luminance() > under.luminance())
    }

    fn contrast_on(&self, paper: Color) -> Contrast {
        let under = self.background_color().over(paper);
        let ratios = self.colors().map(|(weakest, color)| Contrast {
            ratio: color.over(under).contrast_ratio(under),
            weakest,
        });
        let strongest = Contrast {
            ratio: f64::INFINITY,
            weakest: Part::Modules,
        };
        ratios.fold(
            strongest,
            |weakest, next| {
                if next.ratio < weakest.ratio { next } else { weakest }
            },
        )
    }

    /// Every colour that has to be seen.
    fn colors(&self) -> impl Iterator<Item = (Part, Color)> {
        let (from, to) = self
            .gradient
            .map_or((self.color, self.color), |gradient| (gradient.from, gradient.to));
        let samples = if self.gradient.is_some() {
            GRADIENT_SAMPLES
        } else {
            0
        };
        let modules = (0..=samples).map(move |sample| {
            (
                Part::Modules,
                from.mixed(to, sample.into(), samples.max(1).into()),
            )
        });
        let finder = [
            (Part::FinderRing, self.finder_ring_color),
            (Part::FinderCentre, self.finder_centre_color),
        ];
        modules.chain(
            finder
                .into_iter()
                .filter_map(|(part, color)| Some((part, color?))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::Background;

    #[test]
    fn what_is_not_opaque_is_judged_over_the_paper_that_suits() {
        let design = |color: &str, background: &str| {
            Design::default()
                .with_color(color.parse().unwrap())
                .with_background(background.parse::<Background>().unwrap())
        };
        let cases = [
            ("black", "transparent", 21.0),
            ("white", "transparent", 21.0),
            ("#00000000", "transparent", 1.0),
            ("#ffffff00", "white", 1.0),
            ("black", "black", 1.0),
            ("black", "#00000080", 5.24),
            ("#777777", "white", 4.48),
            ("#00000080", "white", 4.0),
        ];
        for (color, background, ratio) in cases {
            let found = design(color, background).contrast().ratio;
            assert!((found - ratio).abs() < 0.01, "{color} on {background}: {found}");
        }
        assert!(design("white", "black").is_inverted());
        assert!(design("white", "transparent").is_inverted());
        assert!(!design("black", "transparent").is_inverted());
    }

    #[test]
    fn the_weakest_part_counts() {
        let white = Design::default().with_background(Color::WHITE);
        let pale = Color::rgb(250, 250, 250);
        let ring = white.clone().with_finder_ring_color(pale);
        assert_eq!(ring.contrast().weakest, Part::FinderRing);
        let centre = white.clone().with_finder_centre_color(pale);
        assert_eq!(centre.contrast().weakest, Part::FinderCentre);
        assert!(centre.contrast().ratio < 1.5);
        // What the gradient hides does not count.
        let hidden = white
            .with_color(Color::WHITE)
            .with_gradient(Color::BLACK, Color::BLACK);
        assert!(hidden.contrast().ratio > 20.0);
    }

    #[test]
    fn a_gradient_may_vanish_between_its_ends() {
        let grey = Design::default().with_background(Color::rgb(128, 128, 128));
        let passing = grey.with_gradient(Color::BLACK, Color::WHITE);
        assert!(passing.contrast().ratio < 1.2);
        assert!(passing.is_inverted());
    }
}
