//! The fields of a render that are about looks, as options.

use clap::Args;

use super::choices::Choices;

/// What `--eye-outer-frame` and its kind send; without them nothing is sent.
const YES: &str = "true";

/// The fields from `color` on.
#[derive(Debug, Args)]
pub(super) struct StyleFlags {
    /// Of the dark modules: black, white, #RRGGBB or #RRGGBBAA [default: black]
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    color: Option<String>,

    /// Behind them: the same, or transparent [default: transparent]
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    background: Option<String>,

    /// The shape of the modules: squares, rounded, dot, diamond, liquid, connected-h, connected-v,
    /// hexagon, star, frame or halftone [default: rounded]
    #[arg(long, value_name = "PATTERN", help_heading = "Style", hide_possible_values = true,
          value_parser = Choices("pattern"))]
    pattern: Option<String>,

    /// Of the topmost modules, instead of --color; together with --gradient-to
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    gradient_from: Option<String>,

    /// Of the lowest modules
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    gradient_to: Option<String>,

    /// The shape of the eyes, the three large squares: square, rounded, circle or frame [default:
    /// square]
    #[arg(long, value_name = "SHAPE", help_heading = "Style", hide_possible_values = true,
          value_parser = Choices("eye_shape"))]
    eye_shape: Option<String>,

    /// Of the eyes [default: as the modules]
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    eye_color: Option<String>,

    /// A thin ring around each eye, where --quiet-zone is 2 or more
    #[arg(long, help_heading = "Style")]
    eye_outer_frame: bool,

    /// Paints that ring in the eye's colour
    #[arg(long, help_heading = "Style")]
    eye_outer_frame_match: bool,

    /// The shape of their borders: square, rounded, circle, leaf-tl, leaf-tr, leaf-br, leaf-bl or
    /// frame [default: as --eye-shape]
    #[arg(long, value_name = "SHAPE", help_heading = "Style", hide_possible_values = true,
          value_parser = Choices("eye_border_shape"))]
    eye_border_shape: Option<String>,

    /// The shape of their centres: square, rounded, circle, leaf-tl, sunburst, star, diamond or
    /// cross [default: as --eye-shape]
    #[arg(long, value_name = "SHAPE", help_heading = "Style", hide_possible_values = true,
          value_parser = Choices("eye_center_shape"))]
    eye_center_shape: Option<String>,

    /// Of their borders [default: --eye-color]
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    eye_border_color: Option<String>,

    /// Of their centres [default: --eye-color]
    #[arg(long, value_name = "COLOR", help_heading = "Style")]
    eye_center_color: Option<String>,
}

impl StyleFlags {
    /// Every field by its name on the wire, with what was given.
    pub(super) fn fields(self) -> [(&'static str, Option<String>); 13] {
        let flag = |given: bool| given.then(|| YES.to_owned());
        [
            ("color", self.color),
            ("background", self.background),
            ("pattern", self.pattern),
            ("gradient_from", self.gradient_from),
            ("gradient_to", self.gradient_to),
            ("eye_shape", self.eye_shape),
            ("eye_color", self.eye_color),
            ("eye_outer_frame", flag(self.eye_outer_frame)),
            ("eye_outer_frame_match", flag(self.eye_outer_frame_match)),
            ("eye_border_shape", self.eye_border_shape),
            ("eye_center_shape", self.eye_center_shape),
            ("eye_border_color", self.eye_border_color),
            ("eye_center_color", self.eye_center_color),
        ]
    }
}
