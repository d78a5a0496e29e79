//! The fields of a render that carry pictures, as options.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use qrstudio_server::fields::Upload;

use crate::exit::Failure;

/// The fields from `logo_file` on.
#[derive(Debug, Args)]
pub(super) struct PictureFlags {
    /// A logo for the middle: PNG, JPEG, GIF, BMP, TIFF, WebP or SVG
    #[arg(long, value_name = "FILE", help_heading = "Pictures", value_hint = ValueHint::FilePath)]
    logo_file: Option<PathBuf>,

    /// Nothing is fetched here: download it, and give --logo-file
    #[arg(long, value_name = "URL", help_heading = "Pictures", hide = true)]
    logo_url: Option<String>,

    /// Its longer side, as a share of the code's side: 0.05 to 0.4 [default: 0.24]
    #[arg(
        long,
        value_name = "RATIO",
        help_heading = "Pictures",
        allow_negative_numbers = true
    )]
    logo_size_ratio: Option<String>,

    /// Whether to leave out the modules under it and half a module around it [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "Pictures")]
    logo_clear_zone: Option<String>,

    /// Removes the black backdrop of a glowing mark
    #[arg(long, help_heading = "Pictures")]
    logo_neon_alpha: bool,

    /// A picture under the modules, of the same kinds
    #[arg(long, value_name = "FILE", help_heading = "Pictures", value_hint = ValueHint::FilePath)]
    bg_image_file: Option<PathBuf>,

    /// Nothing is fetched here: download it, and give --bg-image-file
    #[arg(long, value_name = "URL", help_heading = "Pictures", hide = true)]
    bg_image_url: Option<String>,

    /// How much of it is seen: 0 to 1 [default: 0.35]
    #[arg(
        long,
        value_name = "SHARE",
        help_heading = "Pictures",
        allow_negative_numbers = true
    )]
    bg_image_opacity: Option<String>,
}

/// The pictures of a code: fields that are texts, and those that are files.
pub(crate) struct Pictures {
    pub(super) texts: Vec<(&'static str, Option<String>)>,
    files: [(&'static str, Option<PathBuf>); 2],
    urls: [(&'static str, &'static str, bool); 2],
}

impl PictureFlags {
    pub(super) fn pictures(self) -> Pictures {
        Pictures {
            texts: vec![
                ("logo_size_ratio", self.logo_size_ratio),
                ("logo_clear_zone", self.logo_clear_zone),
                ("logo_neon_alpha", self.logo_neon_alpha.then(|| "true".to_owned())),
                ("bg_image_opacity", self.bg_image_opacity),
            ],
            files: [
                ("logo_file", self.logo_file),
                ("bg_image_file", self.bg_image_file),
            ],
            urls: [
                ("--logo-url", "--logo-file", self.logo_url.is_some()),
                ("--bg-image-url", "--bg-image-file", self.bg_image_url.is_some()),
            ],
        }
    }
}

impl Pictures {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read; and URLs, which a command without a network cannot follow.
    pub(crate) fn read(&self) -> Result<Vec<(&'static str, Upload)>, Failure> {
        if let Some((url, file, _)) = self.urls.iter().find(|(_, _, given)| *given) {
            return Err(Failure::bad_input(format_args!("{url}: nothing is fetched here"))
                .tip(format_args!("download the picture, and give {file}")));
        }
        let given = self
            .files
            .iter()
            .filter_map(|(name, path)| Some((*name, path.as_ref()?)));
        given
            .map(|(name, path)| {
                let upload = read(path).map_err(|error| {
                    let option = name.replace('_', "-");
                    Failure::bad_input(format_args!(
                        "--{option}: cannot read {}: {error}",
                        path.display()
                    ))
                });
                Ok((name, upload?))
            })
            .collect()
    }
}

/// Reads a picture's file.
///
/// # Errors
/// What the operating system says.
pub(crate) fn read(path: &Path) -> std::io::Result<Upload> {
    let mut bytes = Vec::new();
    // One byte more than any field takes shows that there is too much.
    let most = u64::try_from(Upload::MOST).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(Upload::new(bytes))
}
